import { expect, test } from "vitest";
import { cleanLine, cleanText } from "../../src/model/clean-text.ts";
import { hostileTexts } from "../hostile-texts.ts";

test("plain text stays as it is, with its tabs and lines", () => {
  expect(cleanText("a\tb\nc é 漢字 😀")).toBe("a\tb\nc é 漢字 😀");
});

test("escape sequences are gone, other control characters show by name", () => {
  expect(
    cleanText("\u001B[31mred\u001B[0m \u0000 \u0007 \u001B]8;;https://x\u0007link\u001B]8;;\u0007"),
  ).toBe("red ⟨NUL⟩ ⟨BEL⟩ link");
  expect(cleanText("an escape without a sequence: \u001B!")).toBe(
    "an escape without a sequence: ⟨ESC⟩!",
  );
});

test("what changes the direction of text is told instead of done", () => {
  expect(cleanText("\u202Egpj.exe")).toBe("⟨U+202E⟩gpj.exe");
});

test("half a surrogate pair becomes a replacement character", () => {
  expect(cleanText("\uD800")).toBe("\uFFFD");
});

test.for(hostileTexts)("nothing that acts is left of %j", (text) => {
  expect(cleanText(text)).not.toMatch(
    // oxlint-disable-next-line no-control-regex
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u2028-\u202E\u2066-\u2069]/,
  );
  expect(cleanLine(text)).not.toMatch(/\n/);
});

test("a megabyte on one line is cut without being read whole", () => {
  const line = cleanLine("x".repeat(1_000_000), 100);
  expect(line).toHaveLength(100);
  expect(line.endsWith("…")).toBe(true);
});
