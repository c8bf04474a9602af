import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRedisUrl, redisConnection } from "../../src/engines/redis/connection.ts";
import { lookAtExternal } from "../../src/engines/redis/external.ts";
import { until } from "../../src/kit/until.ts";
import engine from "../../src/engines/redis/engine.ts";
import { redis } from "../../src/engines/redis/service.ts";
import type { RunningLease } from "../../src/engines/engine.ts";
import { type EngineContext, engineContext, openClientOn } from "../engine-context.ts";
import { redisAvailable } from "./redis-available.ts";

/** The server that stands for CI's: with four databases, of which 2 holds data of a person. */
let host: EngineContext;
let url: string;
beforeAll(async () => {
  const cache = await redisAvailable();
  const server = redis({ settings: { databases: 4 } });
  host = await engineContext(server);
  const lease = await host.lease(
    await engine.start({ ...host.start, folders: { ...host.start.folders, cache } }),
    0,
  );
  url = lease.outputs["url"] ?? "";
  const client = await openClientOn(server, lease);
  await client.handle.select(2);
  await client.handle.set("a person's", "data");
  await client[Symbol.asyncDispose]();
}, 120_000);
afterAll(() => host[Symbol.asyncDispose]());

async function checkout() {
  const service = redis({ url });
  const context = await engineContext(service);
  const run = await engine.start(context.start);
  const leases: RunningLease[] = [];
  return {
    service,
    run,
    async lease(slot: number) {
      const lease = await context.lease(run, slot);
      leases.push(lease);
      return lease;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(leases.map((lease) => lease.release()));
      await run.stop();
      await context[Symbol.asyncDispose]();
    },
  };
}

test("checkouts share a server by claimed numbers, keep away from others' data, and say the limits", async () => {
  await using one = await checkout();
  await using other = await checkout();
  expect(one.run.provider).toMatchObject({
    kind: "external",
    reason: expect.stringMatching(/^the stack names 127\.0\.0\.1:\d+$/),
  });
  expect(one.run.note).toContain("pub/sub");
  const first = await one.lease(0);
  const second = await other.lease(0);
  expect([first, second].map(({ outputs }) => outputs["url"]?.at(-1))).toEqual(["1", "3"]);
  await expect(other.lease(1)).rejects.toMatchObject({
    code: "SLOTS_EXHAUSTED",
    details: {
      numbers: [
        "1 is held by another run",
        "2 holds 1 keys that are not from tests",
        "3 is held by another run",
      ],
    },
  });
});

test("a reset empties its own number only", async () => {
  await using it = await checkout();
  const [zero, one] = await Promise.all([it.lease(0), it.lease(1)]);
  const clients = await Promise.all([zero, one].map((lease) => openClientOn(it.service, lease)));
  const [left, right] = clients;
  await Promise.all(clients.map(({ handle }) => handle.set("key", "value")));
  expect(await left?.reset(0)).toMatchObject({ kind: "restored", touched: [{ rows: 1 }] });
  expect(await left?.handle.dbsize()).toBe(0);
  expect(await right?.handle.get("key")).toBe("value");
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
});

test("a number that was given back is free for the next run", async () => {
  for (let round = 0; round < 3; round += 1) {
    await using it = await checkout();
    await it.lease(0);
    await it.lease(1);
  }
  await using it = await checkout();
  expect((await it.lease(0)).outputs["url"]?.at(-1)).toBe("1");
});

test("a claim is renewed while its run lives, told when somebody else took it, and free a while after a kill", async () => {
  const service = redis({ url });
  await using context = await engineContext(service);
  await using other = await checkout();
  const running = await (await lookAtExternal(url, { claimMs: 300 })).start(context.start);
  const lease = await running.lease?.({
    ...context.start,
    slot: 0,
    generation: 0,
  });
  expect(lease?.outputs["url"]?.at(-1)).toBe("1");
  const registry = redisConnection(parseRedisUrl(url));
  const answer = async (...command: (string | number)[]) => (await registry.run([command]))[0];

  // Renewed: it outlives its own time three times over.
  const endMs = performance.now() + 900;
  await until(() => performance.now() > endMs, { what: "three lives of a claim" });
  expect((await other.lease(0)).outputs["url"]?.at(-1)).toBe("3");

  // Taken over: the run that held it hears of it.
  await answer("SET", "shakedown:claim:1", "somebody else", "PX", 400);
  expect(await lease?.died).toMatchObject({ how: "lost its claim on database number 1" });
  await expect(other.lease(1)).rejects.toMatchObject({ code: "SLOTS_EXHAUSTED" });

  // That one was killed: nobody renews it, and what it left is gone with the next holder.
  const left = redisConnection({ ...parseRedisUrl(url), database: 1 });
  await left.run([["SET", "left", "behind"]]);
  const next = await until(() => other.lease(1).catch(() => undefined), {
    what: "the number to be free",
    timeoutMs: 5000,
    everyMs: 50,
  });
  expect(next.outputs["url"]?.at(-1)).toBe("1");
  expect((await left.run([["DBSIZE"]]))[0]).toBe(0);

  // The one that lost it does not empty what is another's by now.
  await left.run([["SET", "the next", "holder's"]]);
  await lease?.release();
  expect((await left.run([["DBSIZE"]]))[0]).toBe(1);
  left[Symbol.dispose]();
  registry[Symbol.dispose]();
  await running.stop();
});

test("a server that does not answer is refused with its address and without its password", async () => {
  const service = redis({ url: "redis://:secret@127.0.0.1:1" });
  await using context = await engineContext(service);
  const failure = await engine.start(context.start).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "PROVIDER_NONE",
    message: /^the Redis server at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
  });
  expect(JSON.stringify(failure)).not.toContain("secret");
});
