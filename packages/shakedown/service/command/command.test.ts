import { createServer } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import engine from "../../src/engines/command/engine.ts";
import { allOf, http, logLine, tcp } from "../../src/engines/command/ready.ts";
import { command, type CommandOptions } from "../../src/engines/command/service.ts";
import { engineContext, openClientOn } from "../engine-context.ts";
import { markedProcesses } from "../process/marked-processes.ts";

const server = new URL("echo-server.ts", import.meta.url).pathname;
const selfPort = "${{self.ports.http}}";
const environment = {
  PATH: process.env["PATH"] ?? "",
  HOME: "/",
  SECRET_TOKEN: "of the developer",
  NODE_OPTIONS: "--title=leaked",
};

async function leaseOf(options: CommandOptions, slot = 0) {
  const service = command(options);
  const context = await engineContext(service, { environment });
  try {
    const running = await engine.start(context.start);
    const lease = await context.lease(running, slot);
    return {
      service,
      context,
      lease,
      client: await openClientOn(service, lease),
      [Symbol.asyncDispose]: () => context[Symbol.asyncDispose](),
    };
  } catch (error) {
    await context[Symbol.asyncDispose]();
    throw error;
  }
}

test("a slot's process gets its own environment, and nothing that the developer exported", async () => {
  await using it = await leaseOf(
    {
      run: ["node", server],
      env: { PORT: "0", LEVEL: 3 },
      ready: logLine(/ready on (?<url>http:\S+)/),
    },
    4,
  );
  expect(it.lease.outputs).toMatchObject({
    url: /^http:\/\/127\.0\.0\.1:\d+\/base$/,
    host: "127.0.0.1",
  });
  const { body } = await it.client.handle.get("/");
  expect(body.env).toMatchObject({ LEVEL: "3", SHAKEDOWN_SLOT: "4", HOME: "/" });
  expect(body.env).not.toHaveProperty("SECRET_TOKEN");
  expect(body.env).not.toHaveProperty("NODE_OPTIONS");
});

test("more of the environment is inherited when it is asked for", async () => {
  await using named = await leaseOf({
    run: ["node", server],
    ready: logLine(/ready on (?<url>\S+)/),
    inheritEnv: ["SECRET_TOKEN"],
  });
  expect((await named.client.handle.get("/")).body.env).toMatchObject({
    SECRET_TOKEN: "of the developer",
  });
});

test("a port that was asked for is chosen, passed on, waited for and told", async () => {
  await using it = await leaseOf({
    run: ["node", server],
    ports: ["http", "other"],
    env: { PORT: selfPort },
  });
  const { outputs } = it.lease;
  expect(outputs).toMatchObject({
    url: `http://127.0.0.1:${outputs["ports.http"]}`,
    port: outputs["ports.http"],
    host: "127.0.0.1",
  });
  expect(outputs["ports.other"]).not.toBe(outputs["ports.http"]);
  expect((await it.client.handle.get("/")).status).toBe(200);
});

test("a port that somebody took in the meantime is chosen again", async () => {
  await using blocker = await listen();
  const script = `
    const { existsSync, writeFileSync } = require("node:fs");
    const isFirst = !existsSync("tried");
    writeFileSync("tried", "");
    require("node:net").createServer().listen(isFirst ? ${blocker.port} : ${selfPort}, "127.0.0.1");
  `;
  await using it = await leaseOf({ run: ["node", "-e", script], ports: ["http"] });
  expect(Number(it.lease.outputs["port"])).not.toBe(blocker.port);
});

test("an early exit is told at once, with what was run and what it said", async () => {
  const run = ["node", "-e", "console.error('no config'); process.exit(2)"];
  await expect(leaseOf({ run, ready: http("/healthz"), ports: ["http"] })).rejects.toMatchObject({
    code: "PROCESS_EXITED",
    message: expect.stringMatching(
      /^it of slot 0 \(node -e .*\) exited with code 2 before it was ready$/,
    ),
    details: { checked: "http GET /healthz", logTail: ["no config"] },
  });
});

test("a program that is not there is told with the places that were looked at", async () => {
  await expect(leaseOf({ run: ["no-such-tool", "serve"] })).rejects.toMatchObject({
    code: "START_FAILED",
    message: "it of slot 0 cannot run no-such-tool: no such program",
    details: { path: expect.stringContaining(environment.PATH) },
  });
});

test("a command line runs through sh, and nothing of its tree is left after the stop", async () => {
  await using it = await leaseOf({
    run: `sleep 3001 & setsid sleep 3002 & node ${server}; true`,
    ports: ["http"],
    env: { PORT: selfPort },
    stopGraceMs: 100,
  });
  expect((await it.client.handle.get("/")).status).toBe(200);
  expect(markedProcesses(it.context.cookie).filter((line) => /^\d+ sleep/.test(line))).toHaveLength(
    2,
  );
  await it.lease.release();
  expect(
    markedProcesses(it.context.cookie).filter((line) => !line.includes("shakedown-leash")),
  ).toEqual([]);
});

test("a process that dies while it is needed is told, one that was stopped is not", async () => {
  await using it = await leaseOf({
    run: ["node", server],
    ports: ["http"],
    env: { PORT: selfPort },
  });
  await expect(it.client.handle.get("/die")).rejects.toMatchObject({ code: "REQUEST_FAILED" });
  expect(await it.lease.died).toMatchObject({ how: "exited with code 3" });
});

test("a restart keeps the ports and changes the process", async () => {
  await using it = await leaseOf({
    run: ["node", server],
    ports: ["http"],
    env: { PORT: selfPort },
  });
  const before = await it.client.handle.get("/");
  const { url } = it.client.handle;
  await it.client.handle.restart();
  const after = await it.client.handle.get("/");
  expect(after.body.pid).not.toBe(before.body.pid);
  expect(it.client.handle.url).toBe(url);
});

test("after a reset the process is told as the stack says", async () => {
  const options: CommandOptions = {
    run: ["node", server],
    ready: allOf(logLine("ready on"), tcp("http")),
    ports: ["http"],
    env: { PORT: selfPort },
  };
  await using posted = await leaseOf({ ...options, onReset: { post: "/reset" } });
  await posted.client.resume?.();
  expect((await posted.client.handle.get("/")).body.resets).toBe(1);

  await using signalled = await leaseOf({ ...options, onReset: { signal: "SIGHUP" } });
  await signalled.client.resume?.();
  await expect.poll(async () => (await signalled.client.handle.get("/")).body.resets).toBe(100);

  await using restarted = await leaseOf({ ...options, onReset: "restart" });
  const before = (await restarted.client.handle.get("/")).body.pid;
  await restarted.client.resume?.();
  expect((await restarted.client.handle.get("/")).body.pid).not.toBe(before);

  await using refusing = await leaseOf({ ...options, onReset: { post: "/refuse" } });
  await expect(refusing.client.resume?.()).rejects.toMatchObject({
    message: "it answered 409 to POST /refuse, which tells it of a reset",
  });
});

test("what lives for one test runs from its beginning to its end, on the same port", async () => {
  await using it = await leaseOf({
    per: "test",
    run: ["node", server],
    ports: ["http"],
    env: { PORT: selfPort },
  });
  const { client, context } = it;
  const processes = (): string[] =>
    markedProcesses(context.cookie).filter((line) => line.includes("echo-server"));
  const { url } = client.handle;
  await client.end?.();
  expect(processes()).toEqual([]);
  await expect(client.handle.get("/")).rejects.toMatchObject({
    message: "it runs only while a test that takes it does, and none does now",
  });
  await client.begin?.();
  expect((await client.handle.get("/")).status).toBe(200);
  expect(client.handle.url).toBe(url);
  await client.end?.();
  expect(processes()).toEqual([]);
});

test("a WebSocket that a test leaves open is closed by the next reset, one of its file's is not", async () => {
  await using it = await leaseOf({
    run: ["node", server],
    ports: ["http"],
    env: { PORT: selfPort },
  });
  const { client } = it;
  const ofFile = await client.handle.connect("/ws");
  await client.mark(1);
  const ofTest = await client.handle.connect("/ws");
  expect(await ofTest.next()).toEqual({ open: 2 });
  await client.reset(1);
  expect(await ofTest.closed).toMatchObject({ code: 1000 });
  expect(await (await client.handle.connect("/ws")).next()).toEqual({ open: 2 });
  await client.reset(0);
  expect(await ofFile.closed).toMatchObject({ code: 1000 });
});

test("a service that lives for the run starts with it", async () => {
  const service = command({
    per: "run",
    run: ["node", server],
    ports: ["http"],
    env: { PORT: selfPort },
  });
  await using context = await engineContext(service, { environment });
  const running = await engine.start(context.start);
  expect((await fetch(running.outputs["url"] ?? "")).status).toBe(200);
  expect(running.lease).toBeUndefined();
  await running.stop();
});

test("a wrong option is told with its place and a remedy", async () => {
  const service = command({ run: ["node", server] });
  const problemsOf = async (options: Record<string, never>, per?: "run") => {
    await using context = await engineContext(service, {
      options,
      ...(per === undefined ? {} : { per }),
    });
    return (await engine.validate(context.start.service, context.start.stack)).map(
      ({ at, message, hint }) => `${at} ${message}. ${hint ?? ""}`.trim(),
    );
  };
  expect(
    await problemsOf({ runs: "x", ports: ["a b"], cwd: 4, onReset: "reload" } as never),
  ).toEqual([
    "services.it.run is missing. Add run",
    "services.it.cwd is not text.",
    "services.it.ports.0 is not a name: letters, digits, _ and -.",
    'services.it.onReset is none of "nothing", "restart", { signal: "SIGHUP" } and { post: "/path" }.',
    "services.it.runs is not an option. Did you mean run?",
  ]);
  expect(await problemsOf({ cwd: "gone", stopGraceMs: -1 } as never)).toEqual([
    "services.it.run is missing. Add run",
    "services.it.stopGraceMs is less than 0.",
    expect.stringMatching(/^services\.it\.cwd is not a folder: /),
  ]);
  expect(
    await problemsOf(
      { run: "x", ready: { kind: "tcp", port: "http" }, cwd: "gone", onReset: "restart" } as never,
      "run",
    ),
  ).toEqual([
    expect.stringMatching(/^services\.it\.cwd is not a folder: /),
    'services.it.onReset restarts a process that all workers share after each of their tests. Give each worker its own: per: "slot"',
    'services.it.ready waits for the port http, which is not asked for. Add ports: ["http"]',
  ]);
});

async function listen() {
  const blocker = createServer().listen(0, "127.0.0.1");
  await once(blocker, "listening");
  return {
    port: (blocker.address() as { port: number }).port,
    [Symbol.asyncDispose]: async () => void blocker.close(),
  };
}
