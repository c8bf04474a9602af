import { until } from "shakedown";
import { describe } from "vitest";
import { rateLimit } from "../../src/resilience/rate-limit.ts";
import { mockRedis } from "../fixtures/mock-redis.ts";
import { test } from "../fixtures/stack-test.ts";

const options = { what: "connections", atMost: 2, windowMs: 60_000 };

describe("a rate limit", { tags: ["services", "redis"] }, () => {
  test("it allows as many as it says, and no more", async ({ cache, expect }) => {
    const isAllowed = rateLimit(cache, options);

    expect([await isAllowed("a"), await isAllowed("a"), await isAllowed("a")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("clients are counted apart", async ({ cache, expect }) => {
    const isAllowed = rateLimit(cache, { ...options, atMost: 1 });
    await isAllowed("a");

    expect(await isAllowed("b")).toBe(true);
    expect(await isAllowed("a")).toBe(false);
  });

  test("so are connections and messages", async ({ cache, expect }) => {
    await rateLimit(cache, { ...options, atMost: 1 })("a");

    expect(await rateLimit(cache, { ...options, what: "messages", atMost: 1 })("a")).toBe(true);
  });

  test("all processes count together", async ({ cache, expect }) => {
    await rateLimit(cache, { ...options, atMost: 1 })("a");

    expect(await rateLimit(cache, { ...options, atMost: 1 })("a")).toBe(false);
  });

  test(
    "many at the same moment are counted one by one",
    { tags: ["concurrency"] },
    async ({ cache, expect }) => {
      const isAllowed = rateLimit(cache, { ...options, atMost: 5 });

      const answers = await Promise.all(Array.from({ length: 20 }, () => isAllowed("a")));

      expect(answers.filter(Boolean)).toHaveLength(5);
    },
  );

  test("the window begins with the first hit, and later ones do not make it longer", async ({
    cache,
    expect,
  }) => {
    const isAllowed = rateLimit(cache, options);
    await isAllowed("a");
    await cache.pexpire("hsi:limit:connections:a", 1000);
    await isAllowed("a");

    const leftMs = await cache.pttl("hsi:limit:connections:a");
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(1000);
  });

  test("when the window is over, it begins anew", async ({ cache, expect }) => {
    const isAllowed = rateLimit(cache, { ...options, atMost: 1 });
    await isAllowed("a");
    expect(await isAllowed("a")).toBe(false);
    await cache.pexpire("hsi:limit:connections:a", 1);

    await until(() => isAllowed("a"), { what: "a new window", everyMs: 5 });
    expect(await isAllowed("a")).toBe(false);
  });

  test("no limit asks nobody", async ({ expect }) => {
    const mock = mockRedis();

    expect(await rateLimit(mock.redis, { ...options, atMost: 0 })("a")).toBe(true);
    expect(mock.calls).toEqual([]);
  });

  test("nobody is kept out while Redis is away", async ({ expect }) => {
    const mock = mockRedis();
    mock.goAway();

    expect(await rateLimit(mock.redis, { ...options, atMost: 1 })("a")).toBe(true);
    expect(mock.calls).toHaveLength(1);
  });
});
