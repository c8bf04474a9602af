import { describe } from "vitest";
import { eventFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor, frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

describe("changes of an event", { tags: ["api"] }, () => {
  test("reviewed and notes change each on its own", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });

    await api.patch(`/api/events/${id}`, { notes: "A friend" });
    const { body } = await api.patch(`/api/events/${id}`, { reviewed: true });

    expect(body).toMatchObject({ reviewed: true, notes: "A friend" });
  });

  test("notes can be taken away", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });
    await api.patch(`/api/events/${id}`, { notes: "A mistake" });

    expect((await api.patch(`/api/events/${id}`, { notes: null })).body.notes).toBe(null);
  });

  test("what is not for change does not change", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });

    const { body } = await api.patch(`/api/events/${id}`, { risk_score: 0, camera_id: "other" });

    expect(body).toMatchObject({ risk_score: 50, camera_id: "front_door" });
  });

  test.for([{ reviewed: "yes" }, { reviewed: null }, { notes: 5 }, { notes: "x".repeat(5001) }])(
    "%o is refused",
    async (changes, { api, db, expect }) => {
      const id = await eventAtTheDoor({ db });

      expect((await api.patch(`/api/events/${id}`, changes)).status).toBe(422);
    },
  );
});

describe("an event that is deleted", { tags: ["api"] }, () => {
  test("is nowhere any more", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });

    expect((await api.delete(`/api/events/${id}`)).status).toBe(204);

    expect((await api.get(`/api/events/${id}`)).status).toBe(404);
    expect((await api.patch(`/api/events/${id}`, { reviewed: true })).status).toBe(404);
    expect((await api.get(`/api/events/${id}/detections`)).status).toBe(404);
    expect((await api.get("/api/events")).body.count).toBe(0);
    expect((await api.get("/api/events/stats")).body.total_events).toBe(0);
    expect((await api.get("/api/events/search", { query: { q: "event" } })).body.count).toBe(0);
  });

  test("can be restored", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });
    const { body: before } = await api.get(`/api/events/${id}`);
    await api.delete(`/api/events/${id}`);

    expect((await api.post(`/api/events/${id}/restore`)).body).toEqual(before);
    expect((await api.get("/api/events")).body.count).toBe(1);
  });

  test("cannot be deleted twice", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });
    await api.delete(`/api/events/${id}`);

    expect((await api.delete(`/api/events/${id}`)).status).toBe(404);
  });

  test("that is not deleted cannot be restored", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });

    expect((await api.post(`/api/events/${id}/restore`)).status).toBe(404);
  });
});

describe("POST /api/events/review", { tags: ["api"] }, () => {
  test("marks many at once, and tells which there are not", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await eventFactory.createMany({ db }, 3);

    const { body } = await api.post("/api/events/review", { ids: [3, 1, 99], reviewed: true });

    expect(body).toEqual({ changed: [1, 3], missing: [99] });
    expect(await db.sql`select id from events where reviewed order by id`).toEqual([
      { id: 1 },
      { id: 3 },
    ]);
  });

  test("leaves deleted events alone", async ({ api, db, expect }) => {
    const id = await eventAtTheDoor({ db });
    await api.delete(`/api/events/${id}`);

    const { body } = await api.post("/api/events/review", { ids: [id], reviewed: true });

    expect(body).toEqual({ changed: [], missing: [id] });
  });

  test.for([
    { ids: [], reviewed: true },
    { ids: [0], reviewed: true },
    { ids: [1] },
    { ids: Array.from({ length: 1001 }, (_, index) => index + 1), reviewed: true },
  ])("a wrong list is refused (%#)", async (body, { api, expect }) => {
    expect((await api.post("/api/events/review", body)).status).toBe(422);
  });
});
