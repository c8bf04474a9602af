import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

// Each test of a pair does what would break the other one if anything of it were left, whichever comes first.
describe("every test starts from the baseline", { tags: ["database"] }, () => {
  test.for(["first", "second"])("the same fixed id, the %s time", async (_, { db, expect }) => {
    expect(await db.sql`select id from cameras`).toEqual([]);

    await cameraFactory.create({ db }, { id: "front_door", name: "Front door" });
  });

  test.for(["first", "second"])(
    "the same serial number, the %s time",
    async (_, { db, expect }) => {
      await cameraFactory.create({ db }, { id: "front_door" });

      expect((await eventFactory.create({ db }, { camera_id: "front_door" })).id).toBe(1);
    },
  );

  test.for(["first", "second"])(
    "rows of the application, the %s time",
    async (_, { api, expect }) => {
      await (await api.post("/api/cameras", { name: "Front door" })).expectStatus(201);
      const event = await api.post("/api/events", { batch_id: "b1", camera_id: "front_door" });

      expect(event.body.id).toBe(1);
    },
  );

  test("settings that were installed can be deleted", async ({ db, expect }) => {
    await db.sql`delete from system_settings`;

    expect(await db.sql`select key from system_settings`).toEqual([]);
  });

  test("settings that were installed can be changed", async ({ db, expect }) => {
    const changed =
      await db.sql`update system_settings set value = minimum, updated_at = 'infinity' returning key`;

    expect(changed).toHaveLength(3);
  });

  test("settings that were installed can be truncated", async ({ db, expect }) => {
    await db.query("truncate system_settings, events, detections, cameras cascade");

    expect(await db.sql`select key from system_settings`).toEqual([]);
  });

  test("the settings are as they were installed", async ({ db, expect }) => {
    const settings =
      await db.sql`select key, value::float8, updated_at < 'infinity' as is_dated from system_settings order by key`;

    expect(settings).toEqual([
      { key: "batch_window_seconds", value: 90, is_dated: true },
      { key: "detection_confidence_threshold", value: 0.5, is_dated: true },
      { key: "retention_days", value: 30, is_dated: true },
    ]);
  });

  test("each worker has a database of its own", async ({ db, expect }) => {
    const [found] = await db.sql<{ name: string }>`select current_database() as name`;

    expect(found?.name).toMatch(/^security_test_\d+/);
  });
});
