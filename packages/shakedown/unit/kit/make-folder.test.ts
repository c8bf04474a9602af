import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../src/kit/make-folder.ts";
import { onlyWhere } from "../../service/need.ts";

test("makes what is missing, and takes what is there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sd-"));
  try {
    const deep = join(folder, "a", "b", "c");
    makeFolder(deep, 0o700);
    makeFolder(deep, 0o700);
    expect((await stat(deep)).mode & 0o777).toBe(0o700);
    await writeFile(join(folder, "file"), "");
    expect(() => makeFolder(join(folder, "file"), 0o700)).toThrow("EEXIST");
    expect(() => makeFolder(join(folder, "file", "in"), 0o700)).toThrow("ENOTDIR");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("gives up where nothing can be made", (context) => {
  onlyWhere(context, process.platform === "linux", "on Linux");
  expect(() => makeFolder("/proc/nowhere/at/all", 0o700)).toThrow("ENOENT");
});
