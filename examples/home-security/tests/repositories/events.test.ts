import * as v from "valibot";
import { describe } from "vitest";
import { eventFilterSchema, newEventSchema } from "../../src/events/event.ts";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/repository-test.ts";

describe("eventRepository", { tags: ["repositories"] }, () => {
  test("events of the same moment come in the reverse order of their creation", async ({
    events,
    db,
    expect,
  }) => {
    const { id: camera_id } = await cameraFactory.create({ db });
    await eventFactory.createMany({ db }, 3, { camera_id, started_at: "2026-01-01T00:00:00Z" });

    const { rows: found } = await events.list(v.parse(eventFilterSchema, {}));

    expect(found.map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  test("a detection that cannot be stored takes its event back", async ({ events, db, expect }) => {
    const { id: camera_id } = await cameraFactory.create({ db });
    const event = v.parse(newEventSchema, {
      batch_id: "b1",
      camera_id,
      detections: [{ file_path: "/1.jpg", object_type: "dog", confidence: 0.5 }],
    });
    const impossible = event.detections.map((detection) => ({ ...detection, confidence: 2 }));

    await expect(events.create({ ...event, detections: impossible })).rejects.toThrow(
      "detections_confidence_range",
    );

    expect(await db.sql`select id from events`).toEqual([]);
    expect(await db.sql`select last_seen_at from cameras`).toEqual([{ last_seen_at: null }]);
  });

  test("statistics of nothing are zeros", async ({ events, expect }) => {
    expect(await events.statistics()).toEqual({
      total_events: 0,
      unreviewed: 0,
      events_by_risk_level: { low: 0, medium: 0, high: 0, critical: 0 },
      events_by_camera: [],
    });
  });
});

test(
  "settings change together or not at all",
  { tags: ["repositories"] },
  async ({ settings, expect }) => {
    const before = await settings.list();

    await expect(settings.set({ retention_days: 60, batch_window_seconds: -1 })).rejects.toThrow(
      "system_settings_in_range",
    );

    expect(await settings.list()).toEqual(before);
  },
);
