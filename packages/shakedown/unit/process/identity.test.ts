import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { identityOf, isAlive, ownIdentity } from "../../src/process/identity.ts";

test("this process is alive under its own identity, and not under another start time", () => {
  const own = ownIdentity();
  expect(own.pid).toBe(process.pid);
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startTime: `${own.startTime}1` })).toBe(false);
});

test("a process that has ended has no identity", async () => {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  const identity = identityOf(child.pid ?? 0);
  expect(identity).toBeDefined();
  await once(child, "exit");
  expect(identityOf(child.pid ?? 0)).toBeUndefined();
  expect(identity && isAlive(identity)).toBe(false);
});
