import { describe } from "vitest";
import { eventCache } from "../../src/events/cache.ts";
import type { Page } from "../../src/sql/pages.ts";
import type { EventFilter, SecurityEvent } from "../../src/events/event.ts";
import { checkHealth } from "../../src/system/health.ts";
import { mockRedis } from "../fixtures/mock-redis.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** `mock_redis`: healthy, connected to nothing, and given to the application's parts in the place of the real client. */
const test = stackTest.extend("mock", () => mockRedis({ ping: "PONG" }));

const filter = { limit: 50, offset: 0 } as unknown as EventFilter;
const page = { rows: [], count: 3, next: undefined } as unknown as Page<SecurityEvent>;
const load = async () => page;

describe("a stand-in beside the real Redis", { tags: ["redis"] }, () => {
  test("its health is good, as that of the real one", async ({ db, cache, mock, expect }) => {
    for (const redis of [mock.redis, cache])
      expect(
        await checkHealth({ database: db.pool, pingRedis: async () => void (await redis.ping()) }),
      ).toEqual({ status: "healthy", services: { database: "healthy", redis: "healthy" } });
    expect(mock.calls).toEqual([["ping"]]);
  });

  test("when it is told to go away, the system is only degraded", async ({ db, mock, expect }) => {
    mock.goAway();

    expect(
      await checkHealth({
        database: db.pool,
        pingRedis: async () => void (await mock.redis.ping()),
      }),
    ).toEqual({ status: "degraded", services: { database: "healthy", redis: "unhealthy" } });
  });

  test("what is written to it does not reach the real one", async ({ cache, mock, expect }) => {
    await eventCache(mock.redis, 30).page(filter, load);

    expect(mock.calls.map(([command]) => command)).toEqual(["get", "get", "set"]);
    expect(await cache.dbsize()).toBe(0);
  });

  test("it keeps nothing, where the real one does: each is good for what the other is not", async ({
    cache,
    mock,
    expect,
  }) => {
    const twice = async (redis: typeof mock.redis) => {
      const events = eventCache(redis, 30);
      return [(await events.page(filter, load)).hit, (await events.page(filter, load)).hit];
    };

    expect(await twice(mock.redis)).toEqual([false, false]);
    expect(await twice(cache)).toEqual([false, true]);
  });

  test("it answers what a test wants to be answered", async ({ expect }) => {
    const { redis } = mockRedis({ get: JSON.stringify(page) });

    expect(await eventCache(redis, 30).page(filter, load)).toEqual({
      page: JSON.parse(JSON.stringify(page)),
      hit: true,
    });
  });
});
