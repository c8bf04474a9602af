import { describe } from "vitest";
import { cleanUp, type CleanupParts } from "../../src/background/cleanup.ts";
import { settingsRepository } from "../../src/system/settings.ts";
import { testClock } from "../fixtures/clock.ts";
import { cameraFactory, detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const now = new Date("2026-03-01T12:00:00Z");
const daysAgo = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString();

const test = stackTest
  .extend("invalidations", () => ({ count: 0 }))
  .extend(
    "clean",
    ({ db, invalidations }) =>
      (changes: Partial<CleanupParts> = {}) =>
        cleanUp({
          database: db.pool,
          settings: settingsRepository(db.pool),
          eventCache: {
            page: () => Promise.reject(new Error("nobody reads here")),
            invalidate: async () => void invalidations.count++,
          },
          now: testClock(now).now,
          ...changes,
        }),
  )
  .extend("camera", async ({ db }) => (await cameraFactory.create({ db })).id);

describe("cleaning up", { tags: ["services", "database"] }, () => {
  test("what is older than the installation keeps things goes, what is not stays", async ({
    db,
    camera,
    clean,
    expect,
  }) => {
    for (const started_at of [daysAgo(31), daysAgo(29)])
      await eventFactory.create({ db }, { camera_id: camera, started_at });

    expect(await clean()).toEqual({ events: 1, detections: 0, gpu_stats: 0, logs: 0 });
    expect(await db.sql`select started_at from events`).toEqual([
      { started_at: new Date(daysAgo(29)) },
    ]);
  });

  test("how long is a setting", async ({ db, camera, clean, expect }) => {
    await db.sql`update system_settings set value = 7 where key = 'retention_days'`;
    await eventFactory.create({ db }, { camera_id: camera, started_at: daysAgo(8) });

    expect((await clean()).events).toBe(1);
  });

  test("detections go, but not those of an event that stays", async ({
    db,
    camera,
    clean,
    expect,
  }) => {
    const old = { camera_id: camera, detected_at: daysAgo(40) };
    await detectionFactory.create({ db }, old);
    const kept = await detectionFactory.create({ db }, old);
    const event = await eventFactory.create({ db }, { camera_id: camera, started_at: daysAgo(1) });
    await db.sql`insert into event_detections values (${event.id}, ${kept.id})`;

    expect((await clean()).detections).toBe(1);
    expect(await db.sql`select id from detections`).toEqual([{ id: kept.id }]);
  });

  test("the detections of an event that goes, go with it", async ({
    db,
    camera,
    clean,
    expect,
  }) => {
    const detection = await detectionFactory.create(
      { db },
      { camera_id: camera, detected_at: daysAgo(40) },
    );
    const event = await eventFactory.create({ db }, { camera_id: camera, started_at: daysAgo(40) });
    await db.sql`insert into event_detections values (${event.id}, ${detection.id})`;

    expect(await clean()).toMatchObject({ events: 1, detections: 1 });
  });

  test("logs and readings of graphics processors go, the audit log stays", async ({
    db,
    clean,
    expect,
  }) => {
    const old = daysAgo(31);
    await db.sql`insert into logs (timestamp, level, component, message) values (${old}, 'INFO', 'x', 'y')`;
    await db.sql`
      insert into gpu_stats (recorded_at, gpu_name, utilization, memory_used_mb, memory_total_mb)
      values (${old}, 'RTX', 1, 1, 2)`;
    await db.sql`
      insert into audit_logs (timestamp, action, resource_type, actor) values (${old}, 'x', 'y', 'z')`;

    expect(await clean()).toMatchObject({ logs: 1, gpu_stats: 1 });
    expect(await db.sql`select action from audit_logs`).toHaveLength(1);
  });

  test("it goes on until all is gone, a few rows at once", async ({
    db,
    camera,
    clean,
    expect,
  }) => {
    await eventFactory.createMany({ db }, 5, { camera_id: camera, started_at: daysAgo(31) });

    expect((await clean({ atOnce: 2 })).events).toBe(5);
  });

  test("the cached lists are made anew only when events went", async ({
    db,
    camera,
    clean,
    invalidations,
    expect,
  }) => {
    await clean();
    expect(invalidations.count).toBe(0);
    await eventFactory.create({ db }, { camera_id: camera, started_at: daysAgo(31) });
    await clean();

    expect(invalidations.count).toBe(1);
  });

  test("told to stop, it stops", async ({ db, camera, invalidations, expect }) => {
    await eventFactory.create({ db }, { camera_id: camera, started_at: daysAgo(31) });
    const removed = await cleanUp(
      {
        database: db.pool,
        settings: settingsRepository(db.pool),
        eventCache: {
          page: () => Promise.reject(new Error("nobody reads here")),
          invalidate: async () => void invalidations.count++,
        },
        now: testClock(now).now,
      },
      AbortSignal.abort(),
    );

    expect(removed.events).toBe(0);
  });
});
