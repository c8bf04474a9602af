import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { partsOfFolder } from "../../src/engines/folder-parts.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sd-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function write(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), name);
  }
}

const names = (): string[] => partsOfFolder(folder, folder).map(({ what }) => what);

test("the sources of a program count, and its lock files", async () => {
  await write("src/server.ts", "src/db/client.py", "package-lock.json", "views/page.html");
  expect(names().toSorted()).toEqual([
    "file package-lock.json",
    "file src/db/client.py",
    "file src/server.ts",
    "file views/page.html",
  ]);
});

test("tests, packages, hidden folders and what programs write do not", async () => {
  await write(
    "src/a.test.ts",
    "tests/helper.ts",
    "test_api.py",
    "node_modules/x/index.js",
    ".git/config.json",
    "logs/today.json",
    "app.log",
    "data.sqlite",
    "shakedown.stack.ts",
    "README.md",
  );
  expect(names()).toEqual([]);
});

test("a changed file is another part, a touched test is not", async () => {
  await write("server.ts", "server.test.ts");
  const before = partsOfFolder(folder, folder);
  await writeFile(join(folder, "server.test.ts"), "other");
  expect(partsOfFolder(folder, folder)).toEqual(before);
  await writeFile(join(folder, "server.ts"), "other");
  expect(partsOfFolder(folder, folder)).not.toEqual(before);
});
