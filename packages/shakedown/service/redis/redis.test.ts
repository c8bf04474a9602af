import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import engine from "../../src/engines/redis/engine.ts";
import type { RunningLease } from "../../src/engines/engine.ts";
import { redis, type RedisOptions } from "../../src/engines/redis/service.ts";
import { until } from "../../src/kit/until.ts";
import { engineContext, openClientOn } from "../engine-context.ts";
import { markedProcesses } from "../process/marked-processes.ts";
import { redisAvailable } from "./redis-available.ts";

let cache: string;
beforeAll(async () => {
  cache = await redisAvailable();
}, 120_000);

/** Redis writes its title over its environment: it is found by its address. */
function serverOn({ outputs }: RunningLease): string[] {
  return markedProcesses(`${outputs["host"]}:${outputs["port"]}`).filter((line) =>
    line.includes("redis"),
  );
}

async function running(options: RedisOptions = {}) {
  const service = redis(options);
  const context = await engineContext(service);
  const start = { ...context.start, folders: { ...context.start.folders, cache } };
  try {
    const run = await engine.start(start);
    const open = async (slot: number) => {
      const lease = await context.lease(run, slot);
      return { lease, client: await openClientOn(service, lease) };
    };
    return {
      service,
      context,
      run,
      open,
      async [Symbol.asyncDispose]() {
        await run.stop();
        await context[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await context[Symbol.asyncDispose]();
    throw error;
  }
}

test("a server is there in a moment, protected by a password, and gone with its lease", async () => {
  await using it = await running();
  expect(it.run.provider).toMatchObject({
    kind: "native",
    version: /^(redis|valkey) \d/,
    passedOver: [{ kind: "external", reason: "no url given" }],
  });
  const { lease, client } = await it.open(0);
  expect(lease.outputs).toMatchObject({ url: /^redis:\/\/:[\w-]{20,}@127\.0\.0\.1:\d+\/0$/ });
  expect(client.handle.url).toBe(lease.outputs["url"]);
  await client.handle.set("a", "1");
  expect(await client.handle.get("a")).toBe("1");
  expect(serverOn(lease)).toHaveLength(1);

  const stranger = client.handle.duplicate({
    path: undefined,
    host: "127.0.0.1",
    port: Number(lease.outputs["port"]),
    password: "wrong",
    retryStrategy: () => null,
  } as never);
  stranger.on("error", () => undefined);
  await expect(stranger.get("a")).rejects.toThrow(/WRONGPASS|Connection is closed/);

  await client[Symbol.asyncDispose]();
  await lease.release();
  expect(serverOn(lease)).toEqual([]);
  expect(await readdir(it.context.start.folders.data)).toEqual([]);
  expect(await readdir(it.context.start.folders.sockets)).toEqual([]);
});

test("a message published in slot 0 is not seen in slot 1", async () => {
  await using it = await running();
  const [zero, one] = await Promise.all([it.open(0), it.open(1)]);
  const seen: string[] = [];
  const listener = one.client.handle.duplicate();
  listener.on("message", (_, message: string) => seen.push(message));
  await listener.subscribe("news");
  expect(await zero.client.handle.publish("news", "from slot 0")).toBe(0);
  expect(await one.client.handle.publish("news", "from slot 1")).toBe(1);
  await until(() => seen.length > 0);
  expect(seen).toEqual(["from slot 1"]);
  listener.disconnect();
  await Promise.all([zero, one].map(({ client }) => client[Symbol.asyncDispose]()));
});

test("a reset takes back keys in all databases, scripts, functions, settings, and what the test did to its connection", async () => {
  await using it = await running();
  const { client } = await it.open(0);
  const { handle } = client;
  expect(await client.reset(0)).toEqual({ kind: "clean" });
  await handle.set("a", "1");
  await handle.select(3);
  await handle.mset("b", "1", "c", "2");
  const sha = (await handle.script("LOAD", "return 1")) as string;
  await handle.config("SET", "maxmemory-policy", "allkeys-lru");
  await handle.subscribe("news");

  expect(await client.reset(0)).toEqual({
    kind: "restored",
    touched: [
      { name: "db0", rows: 1 },
      { name: "db3", rows: 2 },
      { name: "CONFIG maxmemory-policy", rows: 1 },
    ],
  });
  expect(await handle.get("a")).toBeNull();
  expect(await handle.client("INFO")).toContain(" db=0 ");
  expect(await handle.script("EXISTS", sha)).toEqual([0]);
  expect(await handle.config("GET", "maxmemory-policy")).toEqual([
    "maxmemory-policy",
    "noeviction",
  ]);
  expect(await client.reset(0)).toEqual({ kind: "clean" });
  await client[Symbol.asyncDispose]();
});

test("what the slot's services wrote at their start is the baseline", async () => {
  await using it = await running();
  const { lease, client: atStart } = await it.open(0);
  await atStart.handle.hset("settings", { theme: "dark" });
  await atStart.handle.set("short", "lived", "EX", 1000);
  await lease.seal?.();
  const client = await openClientOn(it.service, lease);
  await client.handle.del("settings");
  await client.handle.set("new", "1");
  await client.reset(0);
  expect(await client.handle.hgetall("settings")).toEqual({ theme: "dark" });
  expect(await client.handle.ttl("short")).toBeGreaterThan(900);
  expect(await client.handle.dbsize()).toBe(2);
  await Promise.all([atStart, client].map((open) => open[Symbol.asyncDispose]()));
});

test("a reset returns to the level that was marked, and forgets those above", async () => {
  await using it = await running();
  const { client } = await it.open(0);
  const { handle } = client;
  await handle.set("file", Buffer.from([0, 255, 13, 10]));
  await client.mark(1);
  await handle.rpush("suite", "a", "b");
  await client.mark(2);
  await handle.flushall();
  await client.reset(2);
  expect(await handle.lrange("suite", 0, -1)).toEqual(["a", "b"]);
  await client.reset(1);
  expect(await handle.keys("*")).toEqual(["file"]);
  expect(await handle.getBuffer("file")).toEqual(Buffer.from([0, 255, 13, 10]));
  await client.reset(0);
  expect(await handle.dbsize()).toBe(0);
  await client[Symbol.asyncDispose]();
});

test("a restart keeps address and data, and the clients find back", async () => {
  await using it = await running();
  const { lease, client } = await it.open(0);
  await client.handle.set("kept", "yes");
  const next = await lease.restart?.();
  expect(next?.outputs).toEqual(lease.outputs);
  expect(await client.handle.get("kept")).toBe("yes");
  expect((await client.reset(0)).kind).toBe("restored");
  await client[Symbol.asyncDispose]();
  await next?.release();
});

test("a server that dies while it is needed is told", async () => {
  await using it = await running();
  const { lease, client } = await it.open(0);
  const [line = ""] = serverOn(lease);
  process.kill(Number.parseInt(line, 10), "SIGKILL");
  expect(await lease.died).toMatchObject({ how: "was ended by SIGKILL" });
  await client[Symbol.asyncDispose]();
});

test("settings reach the server, and those that hold the isolation are refused", async () => {
  await using it = await running({
    settings: {
      "notify-keyspace-events": "KEA",
      "client-output-buffer-limit": "normal 0 0 0",
      appendfsync: "no",
    },
  });
  const { client } = await it.open(0);
  expect(await client.handle.config("GET", "notify-keyspace-events")).toEqual([
    "notify-keyspace-events",
    "AKE",
  ]);
  await client[Symbol.asyncDispose]();
});

test("a wrong version is passed over with a reason", async () => {
  await expect(running({ version: "2", provider: { forbid: "container" } })).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    hint: expect.stringContaining("shakedown install redis"),
    message: expect.stringMatching(/redis-server is [\d.]+, not 2/),
  });
});

test("with per run all share one server, which nobody resets", async () => {
  await using it = await running({ per: "run" });
  expect(it.run.lease).toBeUndefined();
  const client = await openClientOn(it.service, { ...it.run, release: async () => undefined });
  await client.handle.set("shared", "1");
  expect(await client.reset(0)).toEqual({ kind: "clean" });
  expect(await client.handle.get("shared")).toBe("1");
  await client[Symbol.asyncDispose]();
});

test("nothing of a server that never got ready is left", async () => {
  const service = redis({ settings: { "no-such-setting": "1" } });
  await using context = await engineContext(service);
  const run = await engine.start({
    ...context.start,
    folders: { ...context.start.folders, cache },
  });
  await expect(context.lease(run, 0)).rejects.toMatchObject({
    code: "PROCESS_EXITED",
    details: { logTail: expect.arrayContaining([expect.stringContaining("no-such-setting")]) },
  });
  expect(await readdir(context.start.folders.data)).toEqual([]);
  expect(existsSync(context.start.folders.data)).toBe(true);
});
