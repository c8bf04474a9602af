import { describe } from "vitest";
import { detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

const person = {
  camera_id: "front_door",
  file_path: "/1.jpg",
  object_type: "person",
  confidence: 0.9,
};

describe("POST /api/detections", { tags: ["api"] }, () => {
  test("a detection has a time and a kind of medium even when nothing is said", async ({
    api,
    db,
    expect,
  }) => {
    await frontDoor({ db });
    const before = Date.now();

    const response = await api.post("/api/detections", person);

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ ...person, media_type: "image", bbox_x: null });
    expect(Date.parse(response.body.detected_at)).toBeGreaterThanOrEqual(before);
  });

  test("box and enrichment come back as they were sent", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const box = { bbox_x: 0, bbox_y: 10, bbox_width: 200, bbox_height: 100 };
    const enrichment_data = { plate: "B-XY 123", colors: ["red", "white"], nested: { depth: 2 } };
    const sent = await api.post("/api/detections", { ...person, ...box, enrichment_data });

    const { body } = await api.get(`/api/detections/${sent.body.id}`);

    expect(body).toMatchObject({ ...box, enrichment_data });
  });

  test.for([
    { what: "a confidence above 1", wrong: { confidence: 1.01 }, loc: ["body", "confidence"] },
    { what: "a confidence below 0", wrong: { confidence: -0.1 }, loc: ["body", "confidence"] },
    { what: "half a box", wrong: { bbox_x: 1, bbox_y: 1 }, loc: ["body"] },
    {
      what: "a box without width",
      wrong: { bbox_x: 1, bbox_y: 1, bbox_width: 0, bbox_height: 1 },
      loc: ["body", "bbox_width"],
    },
    { what: "a picture that lasts", wrong: { duration: 10 }, loc: ["body"] },
    { what: "an unknown medium", wrong: { media_type: "audio" }, loc: ["body", "media_type"] },
    { what: "no object", wrong: { object_type: " " }, loc: ["body", "object_type"] },
  ])("$what is refused, and nothing is stored", async ({ wrong, loc }, { api, db, expect }) => {
    await frontDoor({ db });

    const response = await api.post("/api/detections", { ...person, ...wrong });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(loc);
    expect(await db.sql`select id from detections`).toEqual([]);
  });

  test("a film has a duration", async ({ api, db, expect }) => {
    await frontDoor({ db });

    const { body } = await api.post("/api/detections", {
      ...person,
      media_type: "video",
      duration: 12.5,
      video_codec: "h264",
    });

    expect(body).toMatchObject({ media_type: "video", duration: 12.5, video_codec: "h264" });
  });

  test("an unknown camera is a 404", async ({ api, expect }) => {
    const response = await api.post("/api/detections", { ...person, camera_id: "nowhere" });

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe("Camera nowhere not found");
  });
});

describe("GET /api/detections", { tags: ["api"] }, () => {
  test.for([
    { query: {}, found: [4, 3, 2, 1] },
    { query: { object_type: "dog" }, found: [2] },
    { query: { min_confidence: 0.9 }, found: [4, 1] },
    { query: { min_confidence: 1 }, found: [4] },
    { query: { media_type: "video" }, found: [3] },
    { query: { start_date: "2026-01-02", end_date: "2026-01-03" }, found: [3, 2] },
    { query: { camera_id: "nowhere" }, found: [] },
    { query: { object_type: "person", min_confidence: 0.5, limit: 1 }, found: [4] },
  ])("$query finds $found", async ({ query, found }, { api, db, expect }) => {
    await frontDoor({ db });
    const rows = [
      { detected_at: "2026-01-01", confidence: 0.9 },
      { detected_at: "2026-01-02", object_type: "dog", confidence: 0.5 },
      { detected_at: "2026-01-03", media_type: "video", confidence: 0.4 },
      { detected_at: "2026-01-04", confidence: 1 },
    ];
    for (const row of rows) await detectionFactory.create({ db }, row);

    const { body } = await api.get("/api/detections", { query });

    expect(body.detections.map(({ id }: { id: number }) => id)).toEqual(found);
  });

  test.for([{ min_confidence: 2 }, { min_confidence: "sure" }, { start_date: "soon" }])(
    "%o is refused",
    async (query, { api, expect }) => {
      expect((await api.get("/api/detections", { query })).status).toBe(422);
    },
  );

  test("statistics count by object, the most frequent first", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await detectionFactory.createMany({ db }, 2, { object_type: "dog", confidence: 0.5 });
    await detectionFactory.create({ db }, { object_type: "cat", confidence: 0.75 });

    expect((await api.get("/api/detections/stats")).body).toEqual({
      total_detections: 3,
      by_object_type: [
        { object_type: "dog", count: 2, average_confidence: 0.5 },
        { object_type: "cat", count: 1, average_confidence: 0.75 },
      ],
    });
  });
});

describe("GET and DELETE /api/detections/<id>", { tags: ["api"] }, () => {
  test.for(["get", "delete"] as const)("%s of none is a 404", async (method, { api, expect }) => {
    const response = await api[method]("/api/detections/4711");

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe("Detection 4711 not found");
  });

  test("one that is deleted leaves its event", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const event = await eventFactory.create({ db });
    const detection = await detectionFactory.create({ db });
    await db.sql`insert into event_detections values (${event.id}, ${detection.id})`;

    expect((await api.delete(`/api/detections/${detection.id}`)).status).toBe(204);

    const { body } = await api.get(`/api/events/${event.id}/detections`);
    expect(body).toEqual({ detections: [], count: 0 });
  });
});
