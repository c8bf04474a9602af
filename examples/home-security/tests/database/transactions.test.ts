import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

describe("a live session", { tags: ["database"] }, () => {
  test("what it writes is seen by others once it commits, not before", async ({
    db,
    api,
    expect,
  }) => {
    await using session = await db.session();
    const camera = await cameraFactory.create({ db: session });

    expect((await api.get(`/api/cameras/${camera.id}`)).status).toBe(404);
    await session.commit();
    expect((await api.get(`/api/cameras/${camera.id}`)).status).toBe(200);
  });

  test("an event and its camera are written in one transaction", async ({ db, expect }) => {
    await using session = await db.session();
    const camera = await cameraFactory.create({ db: session });
    const event = await eventFactory.create({ db: session }, { camera_id: camera.id });
    await session.commit();

    expect(await db.sql`select id, camera_id from events`).toEqual([
      { id: event.id, camera_id: camera.id },
    ]);
  });

  test("what it has not committed is gone when it ends", async ({ db, expect }) => {
    {
      await using session = await db.session();
      await cameraFactory.create({ db: session });
    }

    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test("a failure before the commit takes everything back", async ({ db, expect }) => {
    await using session = await db.session();
    const work = async (): Promise<void> => {
      await cameraFactory.create({ db: session }, { id: "test" });
      throw new Error("simulated");
    };

    await expect(work()).rejects.toThrow("simulated");
    await session.rollback();

    expect(await session.sql`select id from cameras where id = 'test'`).toEqual([]);
    expect(await db.sql`select id from cameras where id = 'test'`).toEqual([]);
  });

  test("a statement that fails takes the statements before it along", async ({ db, expect }) => {
    const work = db.transaction(async (session) => {
      await cameraFactory.create({ db: session }, { id: "attic" });
      await eventFactory.create({ db: session }, { camera_id: "nowhere" });
    });

    await expect(work).rejects.toThrow("events_camera_id_fkey");
    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test(
    "of two sessions that create the same camera, the second one fails",
    { tags: ["concurrency"] },
    async ({ db, expect }) => {
      await using first = await db.session();
      await using second = await db.session();
      await cameraFactory.create({ db: first }, { id: "attic" });
      const waiting = cameraFactory.create({ db: second }, { id: "attic" });
      const refused = expect(waiting).rejects.toThrow("cameras_pkey");
      await first.commit();

      await refused;
      expect(await db.sql`select id from cameras`).toHaveLength(1);
    },
  );
});

describe("an isolated session", { tags: ["database"] }, () => {
  test("what it commits is seen by itself alone, and rolled back at its end", async ({
    db,
    expect,
  }) => {
    {
      await using session = await db.isolatedSession();
      await cameraFactory.create({ db: session }, { id: "temporary" });
      await session.commit();

      expect(await session.sql`select id from cameras`).toEqual([{ id: "temporary" }]);
      expect(await db.sql`select id from cameras`).toEqual([]);
    }

    // From another connection: the session cannot vouch for itself.
    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test("a rollback inside it goes back to its last commit", async ({ db, expect }) => {
    await using session = await db.isolatedSession();
    await cameraFactory.create({ db: session }, { id: "kept" });
    await session.commit();
    await cameraFactory.create({ db: session }, { id: "taken_back" });
    await session.rollback();

    expect(await session.sql`select id from cameras`).toEqual([{ id: "kept" }]);
  });

  test("it goes on after a statement that failed", async ({ db, expect }) => {
    await using session = await db.isolatedSession();
    await cameraFactory.create({ db: session }, { id: "attic" });
    await session.commit();
    await expect(cameraFactory.create({ db: session }, { id: "attic" })).rejects.toThrow(
      "cameras_pkey",
    );
    await session.rollback();

    expect(await session.sql`select id from cameras`).toEqual([{ id: "attic" }]);
  });
});
