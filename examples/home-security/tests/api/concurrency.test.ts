import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

const ten = Array.from({ length: 10 }, (_, index) => index);

describe("requests at the same time", { tags: ["api", "concurrency"] }, () => {
  test("ten cameras are created", async ({ api, expect }) => {
    const responses = await Promise.all(
      ten.map((n) => api.post("/api/cameras", { name: `Camera ${n}` })),
    );

    expect(responses.map(({ status }) => status)).toEqual(ten.map(() => 201));
    expect((await api.get("/api/cameras")).body.count).toBe(10);
  });

  test("of ten cameras with one name, one is created", async ({ api, db, expect }) => {
    const responses = await Promise.all(
      ten.map(() => api.post("/api/cameras", { name: "Front door" })),
    );

    expect(responses.map(({ status }) => status).toSorted()).toEqual([
      201,
      ...ten.slice(1).map(() => 409),
    ]);
    expect(await db.sql`select id from cameras`).toEqual([{ id: "front_door" }]);
  });

  test("ten events of one camera are stored, each with an id of its own", async ({
    api,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });

    const responses = await Promise.all(
      ten.map((n) =>
        api.post("/api/events", { batch_id: `b${n}`, camera_id: id, risk_score: n * 10 }),
      ),
    );

    expect(new Set(responses.map(({ body }) => body.id)).size).toBe(10);
    expect((await api.get("/api/events")).body.count).toBe(10);
  });

  test("a camera that is deleted while events arrive leaves none of them behind", async ({
    api,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    const arriving = ten.map((n) => api.post("/api/events", { batch_id: `b${n}`, camera_id: id }));

    const [deleted, ...events] = await Promise.all([api.delete(`/api/cameras/${id}`), ...arriving]);

    expect(deleted.status).toBe(204);
    for (const { status } of events) expect([201, 404]).toContain(status);
    expect(await db.sql`select id from events`).toEqual([]);
  });
});
