import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tarOf } from "../../../src/providers/container/tar.ts";

test("an archive that tar unpacks: long names, modes, texts of any length", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shakedown-tar-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const long = `/etc/${"a-long-folder-name/".repeat(8)}ünïcode.conf`;
  const files = [
    { to: "/bin/run", content: "#!/bin/sh\n", mode: 0o755 },
    { to: long, content: "x".repeat(512) },
    { to: "/empty", content: "" },
    { to: "/copy", content: { file: import.meta.filename } },
  ];
  execFileSync("tar", ["-x", "-C", folder, "-f", "-"], { input: await tarOf(files) });
  expect(statSync(join(folder, "bin/run")).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(folder, long), "utf8")).toBe("x".repeat(512));
  expect(readFileSync(join(folder, "empty"), "utf8")).toBe("");
  expect(readFileSync(join(folder, "copy"))).toEqual(readFileSync(import.meta.filename));
});
