import { describe } from "vitest";
import { cameraFactory, detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

const camera = "/api/cameras/front_door";

describe("baselines", { tags: ["api"] }, () => {
  test("are learnt from what a camera has seen", async ({ api, db, expect }) => {
    await frontDoor({ db });
    // Two Mondays at 8 with three and one detections, a Tuesday at 20 with one.
    for (const [object_type, detected_at] of [
      ["person", "2026-01-05T08:10:00Z"],
      ["person", "2026-01-05T08:20:00Z"],
      ["dog", "2026-01-05T08:30:00Z"],
      ["person", "2026-01-12T08:59:59Z"],
      ["car", "2026-01-06T20:00:00Z"],
    ] as const)
      await detectionFactory.create({ db }, { object_type, detected_at });

    const { body } = await api.post(`${camera}/baselines/rebuild`);

    expect(body).toEqual({
      activity: [
        { day_of_week: 0, hour: 8, average_count: 2, sample_count: 2 },
        { day_of_week: 1, hour: 20, average_count: 1, sample_count: 1 },
      ],
      classes: [
        { object_type: "car", hour: 20, frequency: 1, sample_count: 1 },
        { object_type: "dog", hour: 8, frequency: 0.25, sample_count: 1 },
        { object_type: "person", hour: 8, frequency: 0.75, sample_count: 3 },
      ],
    });
    expect((await api.get(`${camera}/baselines`)).body).toEqual(body);
  });

  test("a camera that has seen nothing has none", async ({ api, db, expect }) => {
    await frontDoor({ db });

    expect((await api.post(`${camera}/baselines/rebuild`)).body).toEqual({
      activity: [],
      classes: [],
    });
  });

  test("one camera does not learn from another", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await cameraFactory.create({ db }, { id: "garage" });
    await detectionFactory.create({ db }, { camera_id: "garage" });
    await api.post("/api/cameras/garage/baselines/rebuild");

    await api.post(`${camera}/baselines/rebuild`);

    expect((await api.get("/api/cameras/garage/baselines")).body.activity).toHaveLength(1);
    expect((await api.get(`${camera}/baselines`)).body.activity).toEqual([]);
  });

  test(
    "five rebuilds at the same time give one result",
    { tags: ["concurrency"] },
    async ({ api, db, expect }) => {
      await frontDoor({ db });
      await detectionFactory.createMany({ db }, 3);

      const responses = await Promise.all(
        Array.from({ length: 5 }, () => api.post(`${camera}/baselines/rebuild`)),
      );

      for (const { status, body } of responses) {
        expect(status).toBe(200);
        expect(body).toEqual(responses[0]?.body);
      }
    },
  );

  test("no camera, no baselines", async ({ api, expect }) => {
    expect((await api.get("/api/cameras/nowhere/baselines")).status).toBe(404);
    expect((await api.post("/api/cameras/nowhere/baselines/rebuild")).status).toBe(404);
  });
});

describe("scene changes", { tags: ["api"] }, () => {
  test("are open until they are acknowledged", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const open = async (): Promise<number> =>
      (await api.get(`${camera}/scene-changes`, { query: { acknowledged: false } })).body.count;
    const { status, body } = await api.post(`${camera}/scene-changes`, {
      change_type: "view_blocked",
      similarity_score: 0.25,
    });
    expect(status).toBe(201);
    expect(await open()).toBe(1);

    await api.post(`${camera}/scene-changes/${body.id}/acknowledge`);

    expect(await open()).toBe(0);
  });

  test("a second acknowledgement leaves the time of the first", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const { body } = await api.post(`${camera}/scene-changes`, { similarity_score: 0 });
    const acknowledge = `${camera}/scene-changes/${body.id}/acknowledge`;

    const first = await api.post(acknowledge);
    const second = await api.post(acknowledge);

    expect(first.body.acknowledged_at).toEqual(expect.any(String));
    expect(second.body).toEqual(first.body);
  });

  test("another camera's is not found", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await cameraFactory.create({ db }, { id: "garage" });
    const { body } = await api.post(`${camera}/scene-changes`, { similarity_score: 0 });

    const response = await api.post(`/api/cameras/garage/scene-changes/${body.id}/acknowledge`);

    expect(response.body).toEqual({ detail: `Scene change ${body.id} not found` });
  });

  test.for([{ similarity_score: 1.5 }, { similarity_score: 0.5, change_type: "moved" }, {}])(
    "%o is refused",
    async (body, { api, db, expect }) => {
      await frontDoor({ db });

      expect((await api.post(`${camera}/scene-changes`, body)).status).toBe(422);
    },
  );
});

describe("GET /api/analytics/trends", { tags: ["api"] }, () => {
  test("has each day of the span, also those without anything", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await detectionFactory.createMany({ db }, 2, { detected_at: "2026-01-01T23:59:59Z" });
    for (const risk_score of [20, 40])
      await eventFactory.create({ db }, { started_at: "2026-01-03T00:00:00Z", risk_score });

    const query = { start_date: "2026-01-01", end_date: "2026-01-03" };
    const { body } = await api.get("/api/analytics/trends", { query });

    expect(body.days).toEqual([
      { date: "2026-01-01", detections: 2, events: 0, average_risk_score: null },
      { date: "2026-01-02", detections: 0, events: 0, average_risk_score: null },
      { date: "2026-01-03", detections: 0, events: 2, average_risk_score: 30 },
    ]);
  });

  test("of one camera has only its own", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await cameraFactory.create({ db }, { id: "garage" });
    await eventFactory.create({ db }, { started_at: "2026-01-01T00:00:00Z" });

    const query = { start_date: "2026-01-01", end_date: "2026-01-01", camera_id: "garage" };
    const { body } = await api.get("/api/analytics/trends", { query });

    expect(body.days).toMatchObject([{ date: "2026-01-01", events: 0 }]);
  });

  test.for([
    { start_date: "2026-01-01" },
    { start_date: "2026-01-02", end_date: "2026-01-01" },
    { start_date: "2020-01-01", end_date: "2026-01-01" },
    { start_date: "soon", end_date: "2026-01-01" },
  ])("%o is refused", async (query, { api, expect }) => {
    expect((await api.get("/api/analytics/trends", { query })).status).toBe(422);
  });
});
