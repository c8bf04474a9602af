import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isShakedownError } from "../../src/errors/shakedown-error.ts";
import { findStackFile, findStackFiles } from "../../src/stack/find-stack-file.ts";

let top: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "shakedown find é "));
  mkdirSync(join(top, ".git"));
});
afterEach(() => rmSync(top, { recursive: true }));

function place(...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(top, file)), { recursive: true });
    writeFileSync(join(top, file), "{}");
  }
}

function found(cwd: string, explicit?: string): string {
  try {
    return findStackFile(join(top, cwd), explicit).replace(`${top}/`, "");
  } catch (error) {
    if (!isShakedownError(error)) throw error;
    return `${error.code}: ${error.message}\n→ ${error.hint ?? ""}`.replaceAll(top, "<top>");
  }
}

describe("the stack file", () => {
  test.each(["ts", "mts", "js", "mjs"])("is shakedown.stack.%s in the folder", (extension) => {
    place(`shakedown.stack.${extension}`);
    expect(found("")).toBe(`shakedown.stack.${extension}`);
  });

  test("is the nearest one above", () => {
    place(
      "shakedown.stack.ts",
      "apps/shop/shakedown.stack.ts",
      "apps/shop/src/deep/x.ts",
      "apps/other/x.ts",
    );
    expect(found("apps/shop/src/deep")).toBe("apps/shop/shakedown.stack.ts");
    expect(found("apps/other")).toBe("shakedown.stack.ts");
  });

  test("is the one named shakedown among several", () => {
    place("shakedown.stack.ts", "load.stack.ts");
    expect(found("")).toBe("shakedown.stack.ts");
    expect(findStackFiles(top).length).toBe(2);
  });

  test("is the only one, whatever its name", () => {
    place("shop.stack.mts");
    expect(found("")).toBe("shop.stack.mts");
  });

  test("is the one that was named", () => {
    place("shakedown.stack.ts", "load/stack.ts");
    expect(found("", "load/stack.ts")).toBe("load/stack.ts");
    place("shop/shakedown.stack.ts");
    expect(found("", "shop")).toBe("shop/shakedown.stack.ts");
  });

  test("has one name, whatever links lead to it", () => {
    place("apps/shop/shakedown.stack.ts");
    symlinkSync(join(top, "apps/shop"), join(top, "link"));
    expect(found("link")).toBe("apps/shop/shakedown.stack.ts");
    expect(found("", "link/shakedown.stack.ts")).toBe("apps/shop/shakedown.stack.ts");
  });

  test("is not looked for above the repository", () => {
    place("shakedown.stack.ts", "checkout/.git/HEAD", "checkout/src/x.ts");
    expect(found("checkout/src")).toMatchInlineSnapshot(`
      "STACK_MISSING: no shakedown.stack.ts in <top>/checkout/src, nor in the folders above it up to <top>/checkout
      → Write one, shakedown.stack.ts beside package.json (docs/guide/getting-started.md):
        import { defineStack } from "shakedown";
        import { postgres } from "shakedown/postgres";
        export default defineStack({ db: postgres() });"
    `);
  });

  test("is not looked for above the workspace", () => {
    place("shakedown.stack.ts", "repo/src/x.ts");
    writeFileSync(join(top, "repo/package.json"), `{"workspaces": ["src"]}`);
    expect(found("repo/src")).toContain("STACK_MISSING");
  });

  test("has to be named when there are several", () => {
    place("load.stack.ts", "shop.stack.ts", "src/x.ts");
    expect(found("src")).toMatchInlineSnapshot(`
      "STACK_MISSING: 2 stack files to choose from in <top>:
        ../load.stack.ts
        ../shop.stack.ts
      → Name one: --stack ../load.stack.ts"
    `);
  });

  test("may have a typo in its name", () => {
    place("load.stack.ts");
    expect(found("", "laod.stack.ts")).toMatchInlineSnapshot(`
      "STACK_MISSING: the stack file <top>/laod.stack.ts does not exist
      → Did you mean --stack load.stack.ts?"
    `);
    expect(found("", "elsewhere/a.ts")).toMatchInlineSnapshot(`
      "STACK_MISSING: the stack file <top>/elsewhere/a.ts does not exist
      → Name an existing file: --stack path/to/shakedown.stack.ts"
    `);
  });
});
