import { once } from "node:events";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { secondWorker } from "../fixtures/second-worker.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** `worker_db_url` and `worker_redis_url`: this worker's, and beside them another worker's. */
const test = stackTest.extend("other", secondWorker);

describe("two workers", { tags: ["database", "redis"] }, () => {
  test("their databases are named after their slots", async ({ db, other, expect }) => {
    const nameIn = async ({ sql }: Pick<typeof db, "sql">) =>
      (await sql<{ name: string }>`select current_database() as name`)[0]?.name;

    expect(await nameIn(other.db)).toMatch(new RegExp(`^security_test_${other.slot}(_|$)`));
    expect(await nameIn(db)).toMatch(/^security_test_\d+/);
    expect(await nameIn(db)).not.toBe(await nameIn(other.db));
  });

  test("the handle of a database leads to the database that it names", async ({ db, expect }) => {
    const [found] = await db.sql`select current_database() as name, current_user as user`;

    expect(found).toEqual({ name: db.database, user: db.user });
    expect(new URL(db.url).pathname).toBe(`/${db.database}`);
  });

  test("both may have a camera of the same id", async ({ db, other, expect }) => {
    await cameraFactory.create({ db }, { id: "front_door", name: "Mine" });
    await cameraFactory.create({ db: other.db }, { id: "front_door", name: "Theirs" });

    expect(await db.sql`select name from cameras`).toEqual([{ name: "Mine" }]);
    expect(await other.db.sql`select name from cameras`).toEqual([{ name: "Theirs" }]);
  });

  test("one that empties its tables empties nobody else's", async ({ db, other, expect }) => {
    await cameraFactory.create({ db });

    await other.db.query("truncate cameras, system_settings cascade");

    expect(await db.sql`select id from cameras`).toHaveLength(1);
    expect(await db.sql`select key from system_settings`).toHaveLength(3);
  });

  test("each starts with the rows of the seed", async ({ db, other, expect }) => {
    const seeded = "select key, value from system_settings order by key";

    expect((await other.db.query(seeded)).rows).toEqual((await db.query(seeded)).rows);
    expect((await other.db.query(seeded)).rows).toHaveLength(3);
  });

  test("an advisory lock of one does not stop the other: it is the database's own", async ({
    db,
    other,
    expect,
  }) => {
    await using mine = await db.session();
    await using alsoMine = await db.session();
    await using theirs = await other.db.session();
    const attempt = "select pg_try_advisory_xact_lock(4711) as locked";

    expect((await mine.query(attempt)).rows).toEqual([{ locked: true }]);
    expect((await alsoMine.query(attempt)).rows).toEqual([{ locked: false }]);
    expect((await theirs.query(attempt)).rows).toEqual([{ locked: true }]);
  });

  test("the keys of one are not the other's, and stay when the other empties its Redis", async ({
    cache,
    other,
    expect,
  }) => {
    await cache.set("who", "mine");
    await other.cache.set("who", "theirs");

    expect(other.cache.url).not.toBe(cache.url);
    expect(await cache.get("who")).toBe("mine");
    expect(await other.cache.get("who")).toBe("theirs");

    await other.cache.flushall();
    expect(await cache.get("who")).toBe("mine");
  });

  test("what one publishes the other does not hear", async ({ cache, other, expect }) => {
    const listener = cache.duplicate();
    try {
      await listener.subscribe("news");
      const heard = once(listener, "message");

      expect(await other.cache.publish("news", "theirs")).toBe(0);
      await cache.publish("news", "mine");

      expect(await heard).toEqual(["news", "mine"]);
    } finally {
      listener.disconnect();
    }
  });
});
