import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

describe("POST /api/events", { tags: ["api"] }, () => {
  test("an event gets its risk level from its score", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });

    const response = await api.post("/api/events", {
      batch_id: "b1",
      camera_id: id,
      risk_score: 85,
    });

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      batch_id: "b1",
      camera_id: id,
      risk_level: "critical",
      reviewed: false,
    });
  });

  test("its detections are stored with it", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    const { body: event } = await api.post("/api/events", {
      batch_id: "b1",
      camera_id: id,
      started_at: "2026-03-01T10:00:00Z",
      detections: [
        { file_path: "/1.jpg", object_type: "person", confidence: 0.75 },
        { file_path: "/2.jpg", object_type: "dog", confidence: 0.5 },
      ],
    });

    const { body } = await api.get(`/api/events/${event.id}/detections`);

    expect(body.count).toBe(2);
    expect(body.detections).toMatchObject([
      {
        camera_id: id,
        object_type: "person",
        confidence: 0.75,
        detected_at: "2026-03-01T10:00:00.000Z",
      },
      { camera_id: id, object_type: "dog", confidence: 0.5 },
    ]);
  });

  test("the camera was last seen when its newest event began", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    for (const started_at of ["2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"]) {
      await api.post("/api/events", { batch_id: "b1", camera_id: id, started_at });
    }

    const { body } = await api.get(`/api/cameras/${id}`);

    expect(body.last_seen_at).toBe("2026-03-02T00:00:00.000Z");
  });

  test("an event of an unknown camera is a 404, and leaves nothing behind", async ({
    api,
    db,
    expect,
  }) => {
    const response = await api.post("/api/events", {
      batch_id: "b1",
      camera_id: "nowhere",
      detections: [{ file_path: "/1.jpg", object_type: "person", confidence: 1 }],
    });

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe("Camera nowhere not found");
    expect(await db.sql`select 1 from detections union all select 1 from events`).toEqual([]);
  });

  test.for([
    { what: "a score above 100", wrong: { risk_score: 101 }, loc: ["body", "risk_score"] },
    { what: "a broken score", wrong: { risk_score: 1.5 }, loc: ["body", "risk_score"] },
    { what: "an unknown level", wrong: { risk_level: "mild" }, loc: ["body", "risk_level"] },
    {
      what: "a time that is none",
      wrong: { started_at: "yesterday" },
      loc: ["body", "started_at"],
    },
    {
      what: "a confidence above 1",
      wrong: { detections: [{ file_path: "/1.jpg", object_type: "dog", confidence: 2 }] },
      loc: ["body", "detections", 0, "confidence"],
    },
  ])("$what is refused", async ({ wrong, loc }, { api, expect }) => {
    const response = await api.post("/api/events", { batch_id: "b1", camera_id: "any", ...wrong });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(loc);
  });
});

describe("GET /api/events", { tags: ["api"] }, () => {
  test("the newest event comes first", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    for (const day of ["02", "03", "01"]) {
      await eventFactory.create(
        { db },
        { camera_id: id, batch_id: day, started_at: `2026-01-${day}T00:00:00Z` },
      );
    }

    const { body } = await api.get("/api/events");

    expect(batches(body)).toEqual(["03", "02", "01"]);
  });

  test("a page has 50 events unless asked otherwise, and the count is of all", async ({
    api,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    await db.sql`
      insert into events (batch_id, camera_id, started_at)
      select 'b' || n, ${id}, timestamptz '2026-01-01' + n * interval '1 minute' from generate_series(1, 60) n`;

    const first = await api.get("/api/events");
    const second = await api.get("/api/events", { query: { offset: 50 } });

    expect(first.body).toMatchObject({ count: 60, limit: 50, offset: 0 });
    expect(first.body.events).toHaveLength(50);
    expect(batches(second.body)).toEqual(
      Array.from({ length: 10 }, (_, index) => `b${10 - index}`),
    );
  });

  test.for([
    { query: { limit: 1001 }, says: "at most 1000" },
    { query: { limit: 0 }, says: "at least 1" },
    { query: { limit: "ten" }, says: "whole number" },
    { query: { offset: -1 }, says: "at least 0" },
  ])("$query is refused", async ({ query, says }, { api, expect }) => {
    const response = await api.get("/api/events", { query });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].msg).toContain(says);
  });

  test.for([
    { query: { camera_id: "garage" }, found: ["g2", "g1"] },
    { query: { risk_level: "high" }, found: ["g1", "a2"] },
    { query: { reviewed: false }, found: ["g2", "a1"] },
    { query: { start_date: "2026-01-02", end_date: "2026-01-03" }, found: ["g1", "a2"] },
    { query: { object_type: "dog" }, found: ["a2"] },
    { query: { camera_id: "attic", risk_level: "low" }, found: ["a1"] },
    { query: { camera_id: "nowhere" }, found: [] },
  ])("$query narrows it down", async ({ query, found }, { api, db, expect }) => {
    for (const id of ["attic", "garage"]) await cameraFactory.create({ db }, { id });
    const [low, high] = [{ risk_level: "low" }, { risk_level: "high", reviewed: true }];
    const rows = [
      { camera_id: "attic", batch_id: "a1", started_at: "2026-01-01", ...low },
      { camera_id: "attic", batch_id: "a2", started_at: "2026-01-02", ...high },
      { camera_id: "garage", batch_id: "g1", started_at: "2026-01-03", ...high },
      { camera_id: "garage", batch_id: "g2", started_at: "2026-01-04", ...low },
    ];
    for (const row of rows) await eventFactory.create({ db }, row);
    await db.sql`
      with dog as (
        insert into detections (camera_id, file_path, detected_at, object_type, confidence)
        values ('attic', '/dog.jpg', now(), 'dog', 1) returning id
      )
      insert into event_detections (event_id, detection_id) select e.id, dog.id from events e, dog where batch_id = 'a2'`;

    const { body } = await api.get("/api/events", { query });

    expect(batches(body)).toEqual(found);
    expect(body.count).toBe(found.length);
  });

  test("statistics count by risk level and by camera", async ({ api, db, expect }) => {
    for (const id of ["attic", "garage"]) await cameraFactory.create({ db }, { id });
    await eventFactory.createMany({ db }, 2, { camera_id: "garage", risk_level: "high" });
    await eventFactory.create({ db }, { camera_id: "attic", risk_level: null, reviewed: true });

    const { body } = await api.get("/api/events/stats");

    expect(body).toEqual({
      total_events: 3,
      unreviewed: 2,
      events_by_risk_level: { low: 0, medium: 0, high: 2, critical: 0 },
      events_by_camera: [
        { camera_id: "garage", count: 2 },
        { camera_id: "attic", count: 1 },
      ],
    });
  });
});

describe("GET and PATCH /api/events/<id>", { tags: ["api"] }, () => {
  test("an event is reviewed and gets a note", async ({ api, db, expect }) => {
    const camera = await cameraFactory.create({ db });
    const event = await eventFactory.create({ db }, { camera_id: camera.id });

    const response = await api.patch(`/api/events/${event.id}`, {
      reviewed: true,
      notes: "The postman",
    });

    expect(response.body).toMatchObject({ id: event.id, reviewed: true, notes: "The postman" });
    expect((await api.get(`/api/events/${event.id}`)).body).toEqual(response.body);
  });

  test.for(["/api/events/4711", "/api/events/4711/detections"])(
    "%s is a 404",
    async (path, { api, expect }) => {
      const response = await api.get(path);

      expect(response.status).toBe(404);
      expect(response.body.detail).toBe("Event 4711 not found");
    },
  );

  test.for(["abc", "1.5", "0", "99999999999"])(
    "%s is not an event's id",
    async (id, { api, expect }) => {
      const response = await api.get(`/api/events/${id}`);

      expect(response.status).toBe(422);
      expect(response.body.detail[0].loc).toEqual(["path", "id"]);
    },
  );
});

function batches(body: { readonly events: readonly { readonly batch_id: string }[] }): string[] {
  return body.events.map(({ batch_id }) => batch_id);
}
