import { describe, expect, test } from "vitest";
import { printable, printableLine } from "../../src/kit/printable.ts";

describe("text of others, made safe to print", () => {
  test("loses colours and cursor movements", () => {
    expect(printable("\u001B[31mred\u001B[0m \u001B[2Jgone")).toBe("red gone");
  });

  test("shows that a control character was there", () => {
    expect(printable("a\u0000b\u0007c")).toBe("a\uFFFDb\uFFFDc");
  });

  test("keeps tabs, newlines, accents and emoji", () => {
    expect(printable("Ünïcödé\t✔\r\nnext 🚢")).toBe("Ünïcödé\t✔\nnext 🚢");
  });

  test("fits on one line of the length asked for", () => {
    expect(printableLine("one\n  two\nthree")).toBe("one two three");
    expect(printableLine("abcdefgh", 5)).toBe("abcd…");
  });
});
