import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findProgram } from "../../src/process/find-program.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shakedown-find "));
  for (const name of ["first", "second"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "first", "tool"), "", { mode: 0o644 });
  writeFileSync(join(folder, "second", "tool"), "", { mode: 0o755 });
  mkdirSync(join(folder, "first", "folder"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("the first file on PATH that may be run is the one", () => {
  const path = [join(folder, "first"), join(folder, "second")].join(":");
  expect(findProgram("tool", { path, cwd: "/" })).toBe(join(folder, "second", "tool"));
  expect(findProgram("folder", { path, cwd: "/" })).toBeUndefined();
});

test("a name with a slash is relative to the working folder, and PATH does not count", () => {
  expect(findProgram("./second/tool", { path: "", cwd: folder })).toBe(
    join(folder, "second", "tool"),
  );
  expect(findProgram("second/none", { path: folder, cwd: folder })).toBeUndefined();
});
