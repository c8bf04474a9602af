import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { cleanTables } from "../fixtures/clean-tables.ts";
import { dbSession } from "../fixtures/db-session.ts";
import { isolatedDbSession } from "../fixtures/isolated-db-session.ts";
import { test as unresetTest } from "../fixtures/unreset-test.ts";

const test = unresetTest.extend("live", dbSession).extend("isolated", isolatedDbSession);

// Shakedown puts nothing back in this file. What an isolated session committed must be gone by the fixture's own doing: each
// test looks for it from another connection first, and so does the end of the file.
describe("the isolated session's fixture", { tags: ["database"] }, () => {
  test.beforeEach(async ({ db, expect }) => {
    expect(await db.sql`select id from cameras`).toEqual([]);
  });
  test.afterAll(async ({ db }) => {
    const left = await db.sql<{ id: string }>`select id from cameras`;
    if (left.length > 0) throw new Error(`left behind: ${left.map(({ id }) => id).join(", ")}`);
  });

  test.for(["first", "second"])(
    "a camera of a fixed id is committed, the %s time",
    async (_, { isolated, expect }) => {
      await cameraFactory.create({ db: isolated }, { id: "temporary" });
      await isolated.commit();

      expect(await isolated.sql`select id from cameras`).toEqual([{ id: "temporary" }]);
    },
  );

  test("several commits, and rows that refer to each other", async ({ isolated, db, expect }) => {
    const camera = await cameraFactory.create({ db: isolated });
    await isolated.commit();
    await eventFactory.create({ db: isolated }, { camera_id: camera.id });
    await isolated.commit();
    await isolated.sql`update events set reviewed = true`;
    await isolated.commit();

    expect(await isolated.sql`select reviewed from events`).toEqual([{ reviewed: true }]);
    expect(await db.sql`select id from events`).toEqual([]);
  });

  test("a commit that is written as SQL", async ({ isolated, db, expect }) => {
    await cameraFactory.create({ db: isolated }, { id: "temporary" });
    await isolated.query("commit");
    await isolated.query("rollback");

    expect(await isolated.sql`select id from cameras`).toEqual([{ id: "temporary" }]);
    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test("a transaction that a failed statement left broken", async ({ isolated, expect }) => {
    await cameraFactory.create({ db: isolated }, { id: "temporary" });
    await isolated.commit();

    await expect(isolated.query("select from nothing")).rejects.toMatchObject({ code: "42P01" });
  });

  test("rows that are seeded are only away for the session itself", async ({
    isolated,
    db,
    expect,
  }) => {
    await isolated.sql`delete from system_settings`;
    await isolated.commit();

    expect(await isolated.sql`select key from system_settings`).toEqual([]);
    expect(await db.sql`select key from system_settings`).toHaveLength(3);
  });

  test("two of them do not see each other", async ({ isolated, db, expect }) => {
    await using another = await db.isolatedSession();
    await cameraFactory.create({ db: isolated }, { id: "attic" });
    await isolated.commit();

    expect(await another.sql`select id from cameras`).toEqual([]);
  });
});

describe("the live session's fixture", { tags: ["database"] }, () => {
  const swept = test.extend("clean", cleanTables);

  swept("its commits are real", async ({ clean: _, live, db, expect }) => {
    await cameraFactory.create({ db: live }, { id: "attic" });
    expect(await db.sql`select id from cameras`).toEqual([]);
    await live.commit();

    expect(await db.sql`select id from cameras`).toEqual([{ id: "attic" }]);
  });

  swept(
    "it goes on after a commit, in the next transaction",
    async ({ clean: _, live, expect }) => {
      const transactionId = async () =>
        (await live.sql`select pg_current_xact_id()::text as id`)[0]?.["id"];
      const first = await transactionId();
      await live.commit();

      expect(await transactionId()).not.toBe(first);
    },
  );

  swept(
    "a commit after a statement that failed is no commit",
    async ({ clean: _, live, db, expect }) => {
      await cameraFactory.create({ db: live }, { id: "attic" });
      await expect(cameraFactory.create({ db: live }, { id: "attic" })).rejects.toThrow(
        "cameras_pkey",
      );

      await expect(live.commit()).rejects.toThrow("answered by a rollback");
      expect(await db.sql`select id from cameras`).toEqual([]);
    },
  );

  test.for(["first", "second"])(
    "what a test leaves uncommitted is gone, the %s time",
    async (_, { live, db, expect }) => {
      expect(await db.sql`select id from cameras`).toEqual([]);
      await cameraFactory.create({ db: live }, { id: "uncommitted" });
    },
  );
});
