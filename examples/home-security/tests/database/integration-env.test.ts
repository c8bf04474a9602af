import { describe } from "vitest";
import { openDatabase } from "../../src/database.ts";
import { openRedis } from "../../src/redis.ts";
import { integrationEnv } from "../fixtures/integration-env.ts";
import { settings } from "../fixtures/settings-cache.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const names = ["DATABASE_URL", "REDIS_URL", "DATABASE_POOL_SIZE"];
const before = new Map(names.map((name) => [name, process.env[name]]));
const test = stackTest.extend("integrationEnv", integrationEnv);

// Each of them asks for the environment as it was; one after the other, and in any order.
describe("the environment of the tests' process", { tags: ["database", "redis"] }, () => {
  test.for(["first", "second"])(
    "without the fixture it is as it was, the %s time",
    (_, { expect }) => {
      expect(new Map(names.map((name) => [name, process.env[name]]))).toEqual(before);
      if (before.get("DATABASE_URL") === undefined) expect(settings).toThrow(/DATABASE_URL/);
    },
  );

  test.for(["first", "second"])(
    "with it, it leads to the worker's own services, the %s time",
    async (time, { db, cache, integrationEnv: url, expect }) => {
      // The second one would still see these settings if they were not forgotten.
      if (time === "first") process.env["EVENT_CACHE_SECONDS"] = "7";

      expect(url).toBe(db.url);
      expect(settings()).toMatchObject({
        databaseUrl: db.url,
        redisUrl: cache.url,
        databasePoolSize: process.env["CI"] === undefined ? 5 : 10,
        eventCacheSeconds: time === "first" ? 7 : 30,
      });
    },
  );

  test("settings are read once: what changes later counts for the next test", async ({
    integrationEnv: url,
    env,
    expect,
  }) => {
    const first = settings();
    env.set("DATABASE_URL", "postgres://localhost/elsewhere");

    expect(settings()).toBe(first);
    expect(settings().databaseUrl).toBe(url);
  });

  test("a variable that a test takes away is there again after it", async ({
    integrationEnv: _,
    env,
    expect,
  }) => {
    env.unset("PATH");
    env.unset("REDIS_URL");

    expect(process.env["PATH"]).toBeUndefined();
    expect(settings).toThrow("REDIS_URL: is required");
  });

  test("a path is still there", ({ expect }) => {
    expect(process.env["PATH"]).toBeDefined();
  });

  test("the application's own pool and client work with it", async ({
    integrationEnv: _,
    db,
    cache,
    expect,
  }) => {
    const pool = openDatabase(settings());
    const redis = openRedis(settings(), "test");
    try {
      const { rows } = await pool.query("select current_database() as name");
      await redis.connect();
      await redis.set("written by", "the application's client");

      expect(rows).toEqual([{ name: db.database }]);
      expect(await cache.get("written by")).toBe("the application's client");
    } finally {
      redis.disconnect();
      await pool.end();
    }
  });
});
