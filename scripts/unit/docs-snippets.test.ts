import { describe, expect, test } from "vitest";
import { fillSnippets } from "../docs-snippets.ts";

const source = `import { test } from "vitest";

  // #region first
  test("a claim", () => {
    check();
  });
  // #endregion
`;
const read = (file: string): string | undefined =>
  file === "tests/a.test.ts" ? source : undefined;

describe("a fence that quotes a test", () => {
  test("gets the region's lines without their common indentation", () => {
    const page = "before\n\n<!-- snippet: tests/a.test.ts#first -->\n\n```ts\nold\n```\n\nafter\n";
    expect(fillSnippets("page.md", page, read)).toEqual({
      text: 'before\n\n<!-- snippet: tests/a.test.ts#first -->\n\n```ts\ntest("a claim", () => {\n  check();\n});\n```\n\nafter\n',
      findings: [],
    });
  });

  test("stays as it is once it is filled", () => {
    const page = "<!-- snippet: tests/a.test.ts#first -->\n\n```ts\n```\n";
    const once = fillSnippets("page.md", page, read).text;
    expect(fillSnippets("page.md", once, read).text).toBe(once);
  });

  test("gets a whole file where no region is named", () => {
    const page = "<!-- snippet: tests/a.test.ts -->\n\n```ts\n```\n";
    expect(fillSnippets("page.md", page, read).text).toContain('import { test } from "vitest";');
  });

  test("names what is missing and is left alone", () => {
    const page =
      "<!-- snippet: tests/a.test.ts#second -->\n\n```ts\nold\n```\n\n<!-- snippet: gone.ts -->\n\n```ts\nold\n```\n";
    const { text, findings } = fillSnippets("page.md", page, read);
    expect(text).toBe(page);
    expect(findings).toEqual([
      { file: "page.md", message: "tests/a.test.ts has no region second" },
      { file: "page.md", message: "gone.ts is not there" },
    ]);
  });

  test("is not touched without a marker", () => {
    const page = "```ts\nconst a = 1;\n```\n";
    expect(fillSnippets("page.md", page, read).text).toBe(page);
  });
});
