import { expect, test } from "vitest";
import { ansiSpans } from "../../src/model/ansi-spans.ts";

test("colours, bold and dim are told apart", () => {
  expect(
    ansiSpans("a \u001B[31mred\u001B[39m \u001B[1;32mgreen\u001B[0m \u001B[2mdim\u001B[22m z"),
  ).toEqual([
    { text: "a " },
    { text: "red", color: 1 },
    { text: " " },
    { text: "green", color: 2, bold: true },
    { text: " " },
    { text: "dim", dim: true },
    { text: " z" },
  ]);
});

test("one of 256 colours is passed over with its number", () => {
  expect(ansiSpans("\u001B[38;5;31mtext")).toEqual([{ text: "text" }]);
  expect(ansiSpans("\u001B[38;2;31;32;33;1mtext")).toEqual([{ text: "text", bold: true }]);
});

test("what moves the cursor or names a link is dropped", () => {
  expect(ansiSpans("\u001B[2J\u001B[H\u001B]0;title\u0007text")).toEqual([{ text: "text" }]);
});
