import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { findPortHolder } from "../../src/process/port-holder.ts";

const serve = `require("node:net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port); })`;

test("names the process that listens on a port", async () => {
  const child = spawn(process.execPath, ["-e", serve, "a marker"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const holder = await findPortHolder(Number(line));
    expect(holder?.pid).toBe(child.pid);
    expect(holder?.command).toContain("a marker");
  } finally {
    child.kill();
    await once(child, "exit");
  }
});

test("names nobody where nobody listens", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  expect(await findPortHolder(port)).toBe(undefined);
});
