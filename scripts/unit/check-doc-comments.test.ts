import { expect, test } from "vitest";
import { hasDocComment, reExports } from "../check-doc-comments.ts";

test("a value that is exported again is found under its first name, a type is not", () => {
  const source =
    'export { app, type AppOptions, inner as outer } from "../app.ts";\nexport type { Handle } from "../handle.ts";\n';
  expect(reExports(source)).toEqual([
    { names: ["app", "inner"], specifier: "../app.ts" },
    { names: [], specifier: "../handle.ts" },
  ]);
});

test.each([
  ["/** Starts it. */\nexport function start() {}", true],
  ["/**\n * Starts it.\n */\nexport async function start() {}", true],
  ["/** A value. */\nexport const start = 1;", true],
  ["// a remark\nexport function start() {}", false],
  ["/** Another. */\nexport function other() {}\n\nexport function start() {}", false],
])("%j", (source, documented) => {
  expect(hasDocComment(source, "start")).toBe(documented);
});
