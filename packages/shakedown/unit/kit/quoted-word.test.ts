import { expect, test } from "vitest";
import { quotedWord } from "../../src/kit/quoted-word.ts";

test("words are quoted where a shell would read something else", () => {
  expect(quotedWord("tests/a.test.ts:12")).toBe("tests/a.test.ts:12");
  expect(quotedWord("a b")).toBe("'a b'");
  expect(quotedWord("it's $HOME")).toBe(`'it'\\''s $HOME'`);
  expect(quotedWord("")).toBe("''");
});
