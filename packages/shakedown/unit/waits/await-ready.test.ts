import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { awaitReady } from "../../src/waits/await-ready.ts";
import { lineFeed } from "../../src/waits/look.ts";
import type { ReadyProbe } from "../../src/waits/ready-probe.ts";

const never = new Promise<never>(() => {});

function wait(probe: ReadyProbe, more: Partial<Parameters<typeof awaitReady>[0]> = {}) {
  return awaitReady({
    title: "api of slot 0",
    probe,
    limitMs: 2000,
    outputs: {},
    lines: lineFeed(),
    exited: never,
    signal: new AbortController().signal,
    hint: "Read its log: shakedown logs api",
    ...more,
  });
}

async function listen(host: string, status = 200) {
  const server = createServer((_, response) => void response.writeHead(status).end());
  server.listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port: String(port),
    status,
    server,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

test("the named groups of a log line become outputs, colours or not", async () => {
  const lines = lineFeed();
  const waiting = wait({ kind: "log", source: "at (?<url>http:\\S+)", flags: "g" }, { lines });
  lines.push("starting");
  lines.push("ready at \u001b[36mhttp://localhost:4000\u001b[39m now");
  expect(await waiting).toEqual({ url: "http://localhost:4000" });
});

test("a log line is seen at once, not at the next poll", async () => {
  const lines = lineFeed();
  const waiting = wait({ kind: "log", source: "ready", flags: "" }, { lines });
  const rounds = 100;
  for (let round = 0; round < rounds; round += 1) {
    await new Promise(setImmediate);
    lines.push("not yet");
  }
  const beforeMs = performance.now();
  lines.push("ready");
  await waiting;
  expect(performance.now() - beforeMs).toBeLessThan(20);
});

test("http asks both loopback addresses for localhost and says which one answered", async () => {
  await using four = await listen("127.0.0.1");
  await using six = await listen("::1");
  expect(
    await wait({ kind: "http", url: "/healthz" }, { outputs: { "ports.http": four.port } }),
  ).toEqual({});
  expect(
    await wait({ kind: "http", url: "/healthz" }, { outputs: { "ports.http": six.port } }),
  ).toEqual({ host: "::1" });
});

test("what one probe tells, the next one uses", async () => {
  await using server = await listen("127.0.0.1", 204);
  const lines = lineFeed();
  lines.push(`on http://127.0.0.1:${server.port}`);
  const probes: ReadyProbe[] = [
    { kind: "log", source: "on (?<url>http:\\S+)", flags: "" },
    { kind: "http", url: "/ready", status: [204] },
    { kind: "tcp", port: server.port },
  ];
  expect(await wait({ kind: "all", probes }, { lines })).toEqual({
    url: `http://127.0.0.1:${server.port}`,
  });
});

test("after the limit the error says what was checked, how often, what was seen and the end of the log", async () => {
  await using server = await listen("127.0.0.1", 503);
  const lines = lineFeed();
  lines.push("warming up");
  const outputs = { "ports.http": server.port };
  await expect(
    wait({ kind: "http", url: "/healthz" }, { lines, outputs, limitMs: 200 }),
  ).rejects.toMatchObject({
    code: "START_TIMEOUT",
    message: "api of slot 0 was not ready after 200 ms",
    hint: "Read its log: shakedown logs api",
    details: {
      checked: "http GET /healthz",
      lastSeen: "127.0.0.1 answered 503, ::1 ECONNREFUSED",
      logTail: ["warming up"],
      tries: expect.any(Number),
      tookMs: expect.any(Number),
    },
  });
});

test("an exit ends the wait at once", async () => {
  const lines = lineFeed();
  lines.push("no such module");
  const exited = Promise.resolve("exited with code 1");
  await expect(
    wait({ kind: "tcp", port: "1" }, { lines, exited, limitMs: 60_000 }),
  ).rejects.toMatchObject({
    code: "PROCESS_EXITED",
    message: "api of slot 0 exited with code 1 before it was ready",
    details: { logTail: ["no such module"] },
  });
});

test("whoever gives the start up ends the wait with the same reason", async () => {
  const abort = new AbortController();
  const waiting = wait({ kind: "log", source: "ready", flags: "" }, { signal: abort.signal });
  abort.abort(new Error("given up"));
  await expect(waiting).rejects.toThrow("given up");
});
