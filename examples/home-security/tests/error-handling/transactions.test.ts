import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

const lastSeen = "2026-01-05T12:00:00.000Z";

/** A camera, and an event whose second detection the database cannot store. */
const test = stackTest
  .extend("camera", async ({ db }) => {
    const { id } = await cameraFactory.create({ db });
    await db.sql`update cameras set last_seen_at = ${lastSeen} where id = ${id}`;
    return id;
  })
  .extend("broken", ({ camera }) => ({
    batch_id: "b1",
    camera_id: camera,
    started_at: "2026-01-06T12:00:00Z",
    detections: [
      { file_path: "/1.jpg", object_type: "person", confidence: 0.9 },
      { file_path: "/2\u0000.jpg", object_type: "person", confidence: 0.9 },
    ],
  }));

describe("a change that fails half-way", { tags: ["error-handling", "database"] }, () => {
  test("it leaves nothing: no event, no detection, no link, and the camera as it was", async ({
    api,
    db,
    broken,
    expect,
  }) => {
    expect((await api.post("/api/events", broken)).status).toBe(422);

    expect(await db.sql`select id from events`).toEqual([]);
    expect(await db.sql`select id from detections`).toEqual([]);
    expect(await db.sql`select event_id from event_detections`).toEqual([]);
    expect(await db.sql`select last_seen_at from cameras`).toEqual([
      { last_seen_at: new Date(lastSeen) },
    ]);
  });

  test("nobody is told of it", async ({ api, camera, broken, expect }) => {
    await using socket = await subscribedSocket(api, "events");

    await api.post("/api/events", broken);
    await api.post("/api/events", { batch_id: "whole", camera_id: camera });

    expect((await socket.next()).data.batch_id).toBe("whole");
  });

  test("it leaves the cached list alone", async ({ api, broken, expect }) => {
    await api.get("/api/events");

    await api.post("/api/events", broken);

    expect((await api.get("/api/events")).headers.get("x-cache")).toBe("hit");
  });

  test("its connection can be used by the next request", async ({
    api,
    camera,
    broken,
    expect,
  }) => {
    for (let times = 0; times < 12; times++)
      expect((await api.post("/api/events", broken)).status).toBe(422);

    expect((await api.post("/api/events", { batch_id: "b2", camera_id: camera })).status).toBe(201);
  });

  test("the same change, put right, works", async ({ api, broken, expect }) => {
    await api.post("/api/events", broken);
    const [first] = broken.detections;

    const { body } = await api.post("/api/events", { ...broken, detections: [first] });

    expect((await api.get(`/api/events/${body.id}/detections`)).body.count).toBe(1);
  });

  test("a camera that is deleted while an event is made for it: neither half of the event stays", async ({
    api,
    db,
    camera,
    expect,
  }) => {
    await using deleting = await db.session();
    await deleting.sql`delete from cameras where id = ${camera}`;
    const making = api.post("/api/events", { batch_id: "b1", camera_id: camera });
    await someoneWaits({ db });
    await deleting.commit();

    expect((await making).status).toBe(404);
    expect(await db.sql`select id from events`).toEqual([]);
  });

  test("the victim of a deadlock is told to try again, and has changed nothing", async ({
    api,
    db,
    camera,
    expect,
  }) => {
    const [first, gate, second] = await eventFactory.createMany({ db }, 3, { camera_id: camera });
    await using keeper = await db.session();
    await keeper.sql`update events set notes = 'shut' where id = ${gate?.id}`;
    await using session = await db.session();
    // Who waits longer than this looks for a deadlock, once, and is its victim: the application.
    await session.sql`set local deadlock_timeout = '60s'`;
    await session.sql`update events set notes = 'mine' where id = ${second?.id}`;
    const reviewing = api.post("/api/events/review", {
      ids: [first?.id, gate?.id, second?.id],
      reviewed: true,
    });
    await someoneWaits({ db });
    const closing = session.sql`update events set notes = 'mine' where id = ${first?.id}`;
    await someoneWaits({ db }, 2);
    // Only now does it come to the row of whoever waits for it: however slow all this was, it closes the circle.
    await keeper.rollback();

    const response = await reviewing;
    await closing;
    await session.commit();

    expect([response.status, response.body]).toEqual([
      409,
      { detail: "The change collided with another one: try again" },
    ]);
    expect(await db.sql`select reviewed, notes from events order by notes`).toEqual([
      { reviewed: false, notes: "mine" },
      { reviewed: false, notes: "mine" },
      { reviewed: false, notes: null },
    ]);
  });
});
