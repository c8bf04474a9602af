import { expect, test } from "vitest";
import { codeTokens, frameLines } from "../../src/model/code-frame.ts";
import { hostileTexts } from "../hostile-texts.ts";

test("the marked line and the place under it are found", () => {
  const lines = frameLines(
    '   6 | test("x", () => {\n>  7 |   expect(a).toBe(b);\n     |             ^\n   8 | });',
  );
  expect(lines).toEqual([
    { number: "6", code: 'test("x", () => {', marked: false },
    { number: "7", code: "  expect(a).toBe(b);", marked: true, caret: 12 },
    { number: "8", code: "});", marked: false },
  ]);
});

test.for([...hostileTexts, "const a = `x${y}` // z", "/* open", '"unclosed'])(
  "tokens together are the code: %j",
  (code) => {
    expect(
      codeTokens(code)
        .map(({ text }) => text)
        .join(""),
    ).toBe(code);
  },
);

test("strings, comments, keywords, numbers and calls are told apart", () => {
  expect(codeTokens('await f("a", 2_000); // b').filter(({ kind }) => kind !== "plain")).toEqual([
    { text: "await", kind: "keyword" },
    { text: "f", kind: "call" },
    { text: '"a"', kind: "string" },
    { text: "2_000", kind: "number" },
    { text: "// b", kind: "comment" },
  ]);
});
