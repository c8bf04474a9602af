import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ownChildren } from "../../src/process/own-children.ts";

test("knows children of the same process group, and no child that leads a group of its own", async () => {
  const near = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const far = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    stdio: "ignore",
    detached: true,
  });
  try {
    await Promise.all([once(near, "spawn"), once(far, "spawn")]);
    expect(ownChildren()).toContain(near.pid);
    expect(ownChildren()).not.toContain(far.pid);
  } finally {
    near.kill("SIGKILL");
    far.kill("SIGKILL");
    await Promise.all([once(near, "exit"), once(far, "exit")]);
  }
  expect(ownChildren()).not.toContain(near.pid);
});
