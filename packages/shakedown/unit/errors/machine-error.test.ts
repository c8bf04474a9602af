import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { asMachineError } from "../../src/errors/machine-error.ts";

test("what the operating system refuses is told as such, with the path and a way on", async () => {
  const full: unknown = await writeFile("/dev/full", "one byte").catch((error: unknown) => error);
  expect(asMachineError(full)).toMatchObject({
    code: "MACHINE_LIMIT",
    message: expect.stringContaining("ENOSPC") as string,
    hint: expect.stringContaining("shakedown doctor") as string,
  });
});

test("other errors stay what they are", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-machine-"));
  const exists: unknown = await mkdir(folder).catch((error: unknown) => error);
  await rm(folder, { recursive: true });
  expect(asMachineError(exists)).toBe(exists);
  expect(asMachineError("a text")).toBe("a text");
});
