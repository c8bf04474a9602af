import { describe } from "vitest";
import { alertFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor, frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

describe("the audit log", { tags: ["api"] }, () => {
  test("tells what was done, the newest first", async ({ api, db, expect }) => {
    const event_id = await eventAtTheDoor({ db });
    const { id } = await alertFactory.create({ db }, { event_id });
    await api.patch("/api/cameras/front_door", { status: "error" });
    await api.post(`/api/alerts/${id}/acknowledge`, { version_id: 1 });
    await api.patch("/api/system/config", { retention_days: 60 });
    await api.delete("/api/cameras/front_door");

    const { body } = await api.get("/api/audit");

    expect(body.entries).toMatchObject([
      { action: "camera_deleted", resource_id: "front_door", details: { keep_history: false } },
      { action: "settings_updated", resource_id: null, details: { retention_days: 60 } },
      { action: "alert_acknowledged", resource_id: id },
      { action: "camera_updated", resource_id: "front_door", details: { status: "error" } },
    ]);
    expect(body.entries[0]).toMatchObject({ actor: "anonymous", status: "success" });
  });

  test("does not tell of what was refused", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await api.post("/api/cameras", { name: "" });
    await api.post("/api/cameras", { id: "front_door", name: "Second" });
    await api.delete("/api/cameras/nowhere");

    expect((await api.get("/api/audit")).body.count).toBe(0);
  });

  test.for([
    { query: { action: "camera_created" }, count: 2 },
    { query: { resource_type: "camera", resource_id: "attic" }, count: 2 },
    { query: { actor: "anonymous" }, count: 3 },
    { query: { actor: "somebody" }, count: 0 },
    { query: { end_date: "2020-01-01" }, count: 0 },
  ])("$query finds $count", async ({ query, count }, { api, expect }) => {
    await api.post("/api/cameras", { name: "Attic" });
    await api.post("/api/cameras", { name: "Garage" });
    await api.delete("/api/cameras/attic");

    expect((await api.get("/api/audit", { query })).body.count).toBe(count);
  });

  test("an entry can be looked at, and entries counted", async ({ api, expect }) => {
    await api.post("/api/cameras", { name: "Attic" });
    const { entries } = (await api.get("/api/audit")).body;

    expect((await api.get(`/api/audit/${entries[0].id}`)).body).toEqual(entries[0]);
    expect((await api.get("/api/audit/4711")).status).toBe(404);
    expect((await api.get("/api/audit/stats")).body).toEqual({ camera_created: 1 });
  });
});

describe("audits of events", { tags: ["api"] }, () => {
  const scores = { overall_quality_score: 4, context_usage_score: 3.5, critique: "Too careful" };

  test("an event has none at first", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });

    const response = await api.get(`/api/ai-audit/events/${id}`);

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe(`Audit of event ${id} not found`);
  });

  test("a second audit takes the first one's place", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });
    const { body: first } = await api.put(`/api/ai-audit/events/${id}`, scores);

    const { body: second } = await api.put(`/api/ai-audit/events/${id}`, { prompt_length: 10 });

    expect(first).toMatchObject({ event_id: id, ...scores });
    expect(second).toMatchObject({ id: first.id, prompt_length: 10, overall_quality_score: null });
    expect(await db.sql`select id from event_audits`).toHaveLength(1);
  });

  test.for([{ overall_quality_score: 0 }, { overall_quality_score: 5.5 }, { prompt_length: -1 }])(
    "%o is refused",
    async (body, { api, db, expect }) => {
      const id = await eventAtTheDoor({ db });

      expect((await api.put(`/api/ai-audit/events/${id}`, body)).status).toBe(422);
    },
  );

  test("an event that does not exist, or is deleted, gets none", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });
    await api.delete(`/api/events/${id}`);

    for (const each of [id, 4711]) {
      const response = await api.put(`/api/ai-audit/events/${each}`, scores);
      expect(response.body).toEqual({ detail: `Event ${each} not found` });
    }
  });

  test("statistics tell how many events are audited, and how well", async ({ api, db, expect }) => {
    const none = { total_audits: 0, audited_events_share: 0, average_quality_score: null };
    expect((await api.get("/api/ai-audit/stats")).body).toEqual(none);

    const id = await eventAtTheDoor({ db });
    await db.sql`insert into events (batch_id, camera_id, started_at) values ('b2', 'front_door', now())`;
    await api.put(`/api/ai-audit/events/${id}`, scores);

    expect((await api.get("/api/ai-audit/stats")).body).toEqual({
      total_audits: 1,
      audited_events_share: 0.5,
      average_quality_score: 4,
    });
  });
});
