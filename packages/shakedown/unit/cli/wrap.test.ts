import { expect, test } from "vitest";
import { wrap } from "../../src/cli/wrap.ts";

test("long texts break at spaces and go on indented; columns in front stay", () => {
  expect(wrap("db      native: found where it was looked for", { columns: 24, indent: 8 })).toBe(
    "db      native: found\n        where it was\n        looked for",
  );
  expect(wrap("        not here", { columns: 24, indent: 8 })).toBe("        not here");
});

test("a word that is too long stays whole", () => {
  expect(wrap("at /a/very/long/path/to/a/file.ts there", { columns: 12, indent: 2 })).toBe(
    "at\n  /a/very/long/path/to/a/file.ts\n  there",
  );
});
