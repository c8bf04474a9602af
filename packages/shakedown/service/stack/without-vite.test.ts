import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/process/run-command.ts";

/** Our source in a folder from which no Vite can be found, as where only the command line is used. */
let folder: string;
const packageFolder = fileURLToPath(new URL("../../", import.meta.url));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shakedown without vite "));
  await cp(join(packageFolder, "package.json"), join(folder, "package.json"));
  await cp(join(packageFolder, "src"), join(folder, "src"), { recursive: true });
  await mkdir(join(folder, "unit"));
  await cp(join(packageFolder, "unit/stack"), join(folder, "unit/stack"), { recursive: true });
  await writeFile(
    join(folder, "load.ts"),
    [
      `import { loadStackPlan } from "./src/stack/load-plan.ts";`,
      `try {`,
      `  const { plan } = await loadStackPlan("shakedown.stack.ts", { environment: {} });`,
      `  console.log(JSON.stringify(plan.services.map(({ options }) => options)));`,
      `} catch (error) {`,
      `  console.log(error.code + ": " + error.message + "\\n→ " + error.hint);`,
      `}`,
    ].join("\n"),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(stack: string): Promise<string> {
  const imports = `import { defineStack } from "./src/stack/define-stack.ts";\nimport { fake } from "./unit/stack/fake-service.ts";\n`;
  await writeFile(join(folder, "shakedown.stack.ts"), `${imports}${stack}\n`);
  const { stdout, stderr } = await runCommand({
    title: "a load without Vite",
    command: process.execPath,
    args: ["load.ts"],
    cwd: folder,
    env: {},
  });
  expect(stderr).toBe("");
  return stdout.trim().replaceAll(folder, "<folder>");
}

describe("without Vite", () => {
  test("Node reads a stack file that only needs its types stripped", async () => {
    const text = await load(
      "const size: number = 2;\nexport default defineStack({ db: fake({ size }) });",
    );
    expect(text).toBe(`[{"size":2}]`);
  });

  test("an enum is refused with the way to make it work", async () => {
    expect(
      await load(
        `enum Kind { Main }\nexport default defineStack({ db: fake({ kind: Kind.Main }) });`,
      ),
    ).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:3:1 does not parse: TypeScript enum is not supported in strip-only mode

        2 | import { fake } from "./unit/stack/fake-service.ts";
      > 3 | enum Kind { Main }
          | ^
      → Correct the file, or, for enums, path aliases and imports without extension, install Vite: npm install --save-dev vite"
    `);
  });

  test("a mistake in the syntax has its place", async () => {
    expect(await load("export default defineStack({ db: fake(, });")).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:3:39 does not parse: Expression expected

        2 | import { fake } from "./unit/stack/fake-service.ts";
      > 3 | export default defineStack({ db: fake(, });
          |                                       ^
      → Correct the file, or, for enums, path aliases and imports without extension, install Vite: npm install --save-dev vite"
    `);
  });

  test("what it throws has its place", async () => {
    expect(
      await load(
        "const settings: string = JSON.parse('{');\nexport default defineStack({ db: fake({ settings }) });",
      ),
    ).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:3:31 throws SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)

        2 | import { fake } from "./unit/stack/fake-service.ts";
      > 3 | const settings: string = JSON.parse('{');
          |                               ^

          at <folder>/shakedown.stack.ts:3:31
      → Correct the file and run the command again"
    `);
  });

  test("an import without extension is refused with the way to make it work", async () => {
    expect(await load(`import { a } from "./a";\nexport default defineStack({ db: fake({ a }) });`))
      .toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts throws Error: Cannot find module '<folder>/a' imported from <folder>/shakedown.stack.ts
      → Correct the file, or, for enums, path aliases and imports without extension, install Vite: npm install --save-dev vite"
    `);
  });
});
