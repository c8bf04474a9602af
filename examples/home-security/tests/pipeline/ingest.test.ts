import { describe } from "vitest";
import { test } from "../fixtures/pipeline-test.ts";

describe("taking in what was seen", { tags: ["pipeline"] }, () => {
  test("it is saved with its place, told, and put into its camera's batch", async ({
    db,
    local,
    sighting,
    told,
    expect,
  }) => {
    const given = sighting({ bbox: [10.4, 20.6, 30, 40], picture: [640, 480] });

    const ingested = await local.ingest(given);

    expect(ingested).toMatchObject({ outcome: "accepted", batch_id: expect.any(String) });
    const [saved] = await db.sql`select * from detections`;
    expect(saved).toMatchObject({
      camera_id: given.camera_id,
      file_path: given.file_path,
      detected_at: given.detected_at,
      object_type: "person",
      confidence: 0.9,
      bbox_x: 10,
      bbox_y: 21,
      bbox_width: 30,
      bbox_height: 40,
      enrichment_data: { picture_width: 640, picture_height: 480 },
    });
    expect(told).toEqual([{ channel: "detections", message: { type: "detection", data: saved } }]);
    expect(await local.batches.counts()).toEqual({ open: 1, waiting: 0, dead: 0 });
  });

  test("the camera was seen then, and an older picture does not take that back", async ({
    db,
    local,
    sighting,
    clock,
    expect,
  }) => {
    await local.ingest(sighting());
    await local.ingest(sighting({ detected_at: new Date(clock.nowMs() - 60_000) }));

    expect(await db.sql`select last_seen_at from cameras`).toEqual([{ last_seen_at: clock.now() }]);
  });

  test("what is brought twice is taken in once", async ({ db, local, sighting, told, expect }) => {
    await local.ingest(sighting());

    expect(await local.ingest(sighting())).toEqual({ outcome: "duplicate" });
    expect(await db.sql`select id from detections`).toHaveLength(1);
    expect(told).toHaveLength(1);
  });

  test(
    "also at the same moment",
    { tags: ["concurrency"] },
    async ({ db, local, sighting, expect }) => {
      const ingested = await Promise.all(Array.from({ length: 4 }, () => local.ingest(sighting())));

      expect(ingested.map(({ outcome }) => outcome).sort()).toEqual([
        "accepted",
        "duplicate",
        "duplicate",
        "duplicate",
      ]);
      expect(await db.sql`select id from detections`).toHaveLength(1);
    },
  );

  test.for([
    ["another object", { object_type: "dog" }],
    ["the same kind in another place", { bbox: [1, 2, 3, 4] as [number, number, number, number] }],
    ["another picture", { file_path: "/export/foscam/2.jpg" }],
    ["the same file, written over", { detected_at: new Date("2026-01-05T12:00:01Z") }],
  ] as const)("%s is no duplicate", async ([, changes], { local, sighting, expect }) => {
    await local.ingest(sighting());

    expect((await local.ingest(sighting(changes))).outcome).toBe("accepted");
  });

  test("what is too doubtful is left, by a threshold that the operator sets", async ({
    db,
    local,
    sighting,
    expect,
  }) => {
    const doubtful = sighting({ confidence: 0.6 });
    await db.sql`update system_settings set value = 0.61 where key = 'detection_confidence_threshold'`;
    expect(await local.ingest(doubtful)).toEqual({ outcome: "below_threshold" });
    expect(await db.sql`select id from detections`).toEqual([]);
    await db.sql`update system_settings set value = 0.6 where key = 'detection_confidence_threshold'`;

    expect((await local.ingest(doubtful)).outcome).toBe("accepted");
  });

  test("a camera that is not there is refused with 404", async ({ local, sighting, expect }) => {
    await expect(local.ingest(sighting({ camera_id: "attic" }))).rejects.toMatchObject({
      status: 404,
      message: "Camera attic not found",
    });
  });

  test("without Redis it becomes an event of its own at once", async ({
    db,
    make,
    sighting,
    told,
    expect,
  }) => {
    const { ingest } = make({ withoutRedis: true });

    expect(await ingest(sighting())).toMatchObject({ outcome: "accepted" });
    expect(await db.sql`select is_fast_path, object_types from events`).toEqual([
      { is_fast_path: true, object_types: ["person"] },
    ]);
    expect(told.map(({ channel }) => channel)).toEqual(["detections", "events"]);
  });

  test("over HTTP, in a process without work in the background, it waits in its batch", async ({
    api,
    camera,
    expect,
  }) => {
    const response = await api.post("/api/pipeline/detections", {
      camera_id: camera,
      file_path: "/export/foscam/1.jpg",
      object_type: "person",
      confidence: 0.9,
    });

    expect(response.status).toBe(202);
    expect((await api.get("/api/pipeline/batches")).body).toEqual({ open: 1, waiting: 0, dead: 0 });
    expect((await api.get("/api/events")).body.events).toEqual([]);
  });
});
