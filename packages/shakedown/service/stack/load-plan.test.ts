import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkout, imports } from "./checkout.ts";

const oneDatabase = `${imports}export default defineStack({ db: fake({ version: 18 }) });\n`;
/** A plan is not kept when one of its files is as young as the load; these loads follow at once. */
const path = process.env["PATH"] ?? "";

describe("a stack file", () => {
  test("may use enums, aliases, imports without extension and .js for .ts, in a folder with spaces and umlauts", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": [
        imports,
        `import { Colour } from "./src/colour";`,
        `import { size } from "./src/size.js";`,
        `import { deep } from "@lib/deep";`,
        `enum Kind { Main = "main" }`,
        `export default defineStack({ db: fake({ kind: Kind.Main, colour: Colour.Red, size, deep }) });`,
      ].join("\n"),
      "src/colour.ts": `export enum Colour { Red = "red" }\n`,
      "src/size.ts": `import { one } from "./one.js"; export const size: number = one + 1;\n`,
      "src/one.ts": `export const one = 1;\n`,
      "lib/deep.ts": `export const deep = "down";\n`,
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }`,
    });
    const { plan, dependencies } = await place.load();
    expect(plan.services[0]?.options).toEqual({
      kind: "main",
      colour: "red",
      size: 2,
      deep: "down",
    });
    expect(plan).toMatchObject({ file: place.stackFile, root: place.folder });
    const own = dependencies.filter((file) => file.startsWith(place.folder));
    expect(own.map((file) => file.slice(place.folder.length + 1)).toSorted()).toEqual([
      "lib/deep.ts",
      "shakedown.stack.ts",
      "src/colour.ts",
      "src/one.ts",
      "src/size.ts",
      "tsconfig.json",
    ]);
  });

  test("may print, to standard output too", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `console.log("{}"); process.stdout.write("on out\\n"); console.error("on err");\n${oneDatabase}`,
    });
    const { plan, printed } = await place.load();
    expect(plan.services).toHaveLength(1);
    expect(printed.toSorted()).toEqual(["on err", "on out", "{}"]);
  });

  test("may leave timers and servers open", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `import { createServer } from "node:http";\ncreateServer().listen(0);\nsetInterval(() => {}, 1000);\n${oneDatabase}`,
    });
    expect((await place.load()).plan.services).toHaveLength(1);
  });

  test("sees the environment that was given, and nothing of ours or of Vite's", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export default defineStack({ db: fake({ seen: JSON.stringify([process.env.GIVEN, process.env.VITEST, process.env.NODE_ENV]) }) });\n`,
    });
    const { plan } = await place.load({ environment: { PATH: path, GIVEN: "yes" } });
    expect(plan.services[0]?.options["seen"]).toBe(`["yes",null,null]`);
  });

  test("sees exactly the variables that were given", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export default defineStack({ db: fake({ seen: { ...process.env } }) });\n`,
    });
    for (const environment of [{}, { A: "1", PWD: "/elsewhere" }]) {
      const { plan } = await place.load({ environment });
      expect(plan.services[0]?.options["seen"]).toEqual(environment);
    }
  });

  test("that never ends is given up, and its process is gone", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("pid", import.meta.url), String(process.pid));\nconsole.log("connecting");\nawait new Promise(() => setInterval(() => {}, 1000));\n`,
    });
    expect(await place.failure({ timeoutMs: 2000 })).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts was not evaluated after 2000 ms

      It printed:
        connecting
      → Take out of the file what waits: a server, a connection, a top-level await that never settles"
    `);
    const pid = Number(await readFile(join(place.folder, "pid"), "utf8"));
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  test("leaves nothing in the folder for temporary files", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("shakedown-plan-"));
    await using place = await checkout({ "shakedown.stack.ts": oneDatabase });
    const before = left();
    await place.load();
    await place.failure({ cacheFolder: join(place.folder, "other"), timeoutMs: 1 });
    expect(left().filter((name) => !before.includes(name))).toEqual([]);
  });
});

describe("a stack file that fails", () => {
  test("to parse shows the place", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export default defineStack({ db: fake(, });\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:3:39 does not parse: Unexpected token

        2 | import { fake } from "<package>/unit/stack/fake-service.ts";
      > 3 | export default defineStack({ db: fake(, });
          |                                       ^
      → Correct the file and run the command again"
    `);
  });

  test("to parse in a file that it imports shows that file", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `import "./settings.ts";\n${oneDatabase}`,
      "settings.ts": "export const a = 1;\n\texport const b = = 2;\n",
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/settings.ts:2:19 does not parse: Unexpected token

        1 | export const a = 1;
      > 2 | 	export const b = = 2;
          | 	                 ^
      → Correct the file and run the command again"
    `);
  });

  test("by throwing keeps its stack trace", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `import { settings } from "./settings.ts";\n${imports}export default defineStack({ db: fake(settings()) });\n`,
      "settings.ts": `interface Settings {\n  readonly a: 1;\n}\nexport function settings(): Settings {\n  throw new RangeError("no settings for staging");\n}\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/settings.ts:5:9 throws RangeError: no settings for staging

        4 | export function settings(): Settings {
      > 5 |   throw new RangeError("no settings for staging");
          |         ^

          at settings (<folder>/settings.ts:5:9)
          at <folder>/shakedown.stack.ts:4:39
      → Correct the file and run the command again"
    `);
  });

  test("by throwing what is no error", async () => {
    await using place = await checkout({ "shakedown.stack.ts": `throw "no";\n` });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts throws "no", which is not an Error and has no stack trace
      → Correct the file and run the command again"
    `);
  });

  test("by a promise that nobody waits for", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `void Promise.reject(new Error("no connection"));\nawait new Promise((resolve) => setTimeout(resolve, 1000));\n${oneDatabase}`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:1:21 throws Error: no connection

      > 1 | void Promise.reject(new Error("no connection"));
          |                     ^

          at <folder>/shakedown.stack.ts:1:21
      → Correct the file and run the command again"
    `);
  });

  test("by a package that is not there", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}import { mail } from "mail-engine-of-nobody";\nexport default defineStack({ mail: mail() });\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:3:1 throws Error: Cannot find module 'mail-engine-of-nobody' imported from '<folder>/shakedown.stack.ts'

        2 | import { fake } from "<package>/unit/stack/fake-service.ts";
      > 3 | import { mail } from "mail-engine-of-nobody";
          | ^

          at <folder>/shakedown.stack.ts:3:1
      → Check the path of the import and that its package is installed (npm install); aliases are read from \`paths\` in tsconfig.json"
    `);
  });

  test("by a file that is not there", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}import { settings } from "./setings";\nexport default defineStack({ db: fake(settings) });\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:3:1 throws Error: Failed to load url ./setings (resolved id: ./setings) in <folder>/shakedown.stack.ts. Does the file exist?

        2 | import { fake } from "<package>/unit/stack/fake-service.ts";
      > 3 | import { settings } from "./setings";
          | ^

          at <folder>/shakedown.stack.ts:3:1
      → Check the path of the import and that its package is installed (npm install); aliases are read from \`paths\` in tsconfig.json"
    `);
  });

  test("by an export that is not there", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `import { settings } from "./settings";\n${imports}export default defineStack({ db: fake(settings()) });\n`,
      "settings.ts": "export const setting = 1;\n",
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts:4:39 throws TypeError: settings is not a function

        3 | import { fake } from "<package>/unit/stack/fake-service.ts";
      > 4 | export default defineStack({ db: fake(settings()) });
          |                                       ^

          at <folder>/shakedown.stack.ts:4:39
      → Correct the file and run the command again"
    `);
  });

  test("by ending its process", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `console.log("leaving");\nprocess.exit(3);\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_UNREADABLE: <folder>/shakedown.stack.ts ended its process with exit code 3

      It printed:
        leaving
      → Take out of the file what ends the process, such as process.exit"
    `);
  });

  test("by having no default export", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export const stack = defineStack({ db: fake() });\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_INVALID: <folder>/shakedown.stack.ts has no default export
      → Export stack as the default too: export default stack"
    `);
    await place.write({ "shakedown.stack.ts": `export {};\n` });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_INVALID: <folder>/shakedown.stack.ts has no default export
      → Export the stack: export default defineStack({ … })"
    `);
  });

  test("by exporting something else", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export default { db: fake() };\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_INVALID: the default export of <folder>/shakedown.stack.ts is not a stack
      → Export one: export default defineStack({ … })"
    `);
  });

  test("by values that are no services", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export default defineStack({ db: fake });\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_INVALID: <folder>/shakedown.stack.ts has 1 mistake:

        1. services.db
           is a function, not a service
           → Call it: db: fake()"
    `);
  });

  test("by a stack that another file defines", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `export { default } from "./shared/shop.stack.ts";\n`,
      "shared/shop.stack.ts": oneDatabase,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_INVALID: <folder>/shakedown.stack.ts has 1 mistake:

        1. default export
           this stack was defined in another file, shared/shop.stack.ts; tests would look for its services there
           → Use that file (--stack shared/shop.stack.ts), or give this one as defineStack({ … }, { file: import.meta.filename })"
    `);
  });

  test("by mistakes in the stack tells all of them, those of the engines too, and is not kept", async () => {
    await using place = await checkout({
      "shakedown.stack.ts": `${imports}export default defineStack({ db: fake({ flavour: 1, folder: "migrations" }), api: fake({ env: ({ bd }) => ({ URL: bd.url }) }) });\n`,
    });
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_INVALID: <folder>/shakedown.stack.ts has 3 mistakes:

        1. services.db.flavour
           is not an option of fake
           → Take it out

        2. services.db.folder
           migrations does not exist
           → Make it: mkdir migrations

        3. services.api.env.URL
           refers to bd, which is not a service of this stack
           → Did you mean db?"
    `);
    expect(existsSync(join(place.folder, ".shakedown"))).toBe(false);
  });

  test("to exist", async () => {
    await using place = await checkout({});
    expect(await place.failure()).toMatchInlineSnapshot(`
      "STACK_MISSING: the stack file <folder>/shakedown.stack.ts does not exist
      → Name an existing file: --stack path/to/shakedown.stack.ts"
    `);
  });
});
