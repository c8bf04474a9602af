import { expect, test } from "vitest";
import { colourPaint, plainPaint } from "../../src/kit/paint.ts";

test("without colours a text stays as it is", () => {
  expect(plainPaint("red", "1 failed")).toBe("1 failed");
});

test("a style ends where its text ends, so that two can stand inside one another", () => {
  expect(colourPaint("bold", `a ${colourPaint("red", "b")} c`)).toBe(
    "\u001B[1ma \u001B[31mb\u001B[39m c\u001B[22m",
  );
});
