import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connectCommand } from "../../src/runner/connect-command.ts";

test("names the stack where it would not be found, and quotes names for a shell", async ({
  onTestFinished,
}) => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "shakedown-connect-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [stackFile, other] = ["shakedown.stack.ts", "billing.stack.ts"].map((name) =>
    join(folder, name),
  ) as [string, string];
  await Promise.all([stackFile, other].map((file) => writeFile(file, "")));
  const of = (file: string, name: string) =>
    connectCommand({ stackFile: file, service: "db", test: name }, folder);

  expect(of(stackFile, "adds")).toBe("npx shakedown connect db adds");
  expect(of(other, "adds a row")).toBe(
    "npx shakedown connect --stack billing.stack.ts db 'adds a row'",
  );
  expect(of(stackFile, "it's\n`$(id)` \u001B[31mred")).toBe(
    String.raw`npx shakedown connect db 'it'\''s ${"`$(id)`"} red'`,
  );
  expect(of(stackFile, "x".repeat(5000)).length).toBeLessThan(400);
});
