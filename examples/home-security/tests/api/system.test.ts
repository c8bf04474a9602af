import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

describe("health", { tags: ["api"] }, () => {
  test("the process says that it is alive", async ({ api, expect }) => {
    expect((await api.get("/health")).body).toEqual({ status: "alive" });
  });

  test("the system is healthy with its database and its Redis", async ({ api, expect }) => {
    const { status, body } = await api.get("/api/system/health");

    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "healthy",
      services: { database: "healthy", redis: "healthy" },
    });
  });

  test("it is ready for requests", async ({ api, expect }) => {
    expect((await api.get("/api/system/health/ready")).body).toEqual({
      ready: true,
      status: "ready",
    });
  });

  test("an unknown path is a 404 with a detail", async ({ api, expect }) => {
    const response = await api.get("/api/nothing-here");

    expect(response.status).toBe(404);
    expect(response.body).toEqual({ detail: "Not Found" });
  });
});

test("statistics count what is stored", { tags: ["api"] }, async ({ api, db, expect }) => {
  const { id } = await cameraFactory.create({ db });
  await eventFactory.createMany({ db }, 2, { camera_id: id });

  const { body } = await api.get("/api/system/stats");

  expect(body).toMatchObject({ total_cameras: 1, total_events: 2, unreviewed_events: 2 });
});

describe("telemetry", { tags: ["api"] }, () => {
  test("tells how many jobs are in which state", async ({ api, expect }) => {
    const { body: job } = await api.post("/api/jobs", { job_type: "export" });
    await api.post("/api/jobs", { job_type: "export" });
    await api.post(`/api/jobs/${job.id}/start`, { worker_id: "worker-1" });

    expect((await api.get("/api/system/telemetry")).body.jobs).toEqual({ queued: 1, running: 1 });
  });

  test("tells how busy the process is", async ({ api, expect }) => {
    await using _socket = await api.connect("/ws/events");

    const { body } = await api.get("/api/system/telemetry");

    expect(body).toMatchObject({ websocket_connections: 1, database_pool: { waiting: 0 } });
    expect(body.database_pool.connections).toBeGreaterThan(0);
    expect(body.memory_bytes).toBeGreaterThan(10_000_000);
  });

  test("the time since the start does not go back", async ({ api, expect }) => {
    const first = await api.get("/api/system/stats");
    const second = await api.get("/api/system/stats");

    expect(second.body.uptime_seconds).toBeGreaterThanOrEqual(first.body.uptime_seconds);
  });
});

describe("settings", { tags: ["api"] }, () => {
  const seeded = {
    batch_window_seconds: 90,
    detection_confidence_threshold: 0.5,
    retention_days: 30,
  };

  test("they have the values of the installation", async ({ api, expect }) => {
    expect((await api.get("/api/system/config")).body).toEqual(seeded);
  });

  test("a setting can be changed", async ({ api, expect }) => {
    const { body } = await api.patch("/api/system/config", { retention_days: 60 });

    expect(body).toEqual({ ...seeded, retention_days: 60 });
  });

  test("they have the values of the installation again", async ({ api, expect }) => {
    expect((await api.get("/api/system/config")).body).toEqual(seeded);
  });

  test.for([
    { changes: { retention_days: "30" }, loc: ["body", "retention_days"] },
    { changes: { retention_days: null }, loc: ["body", "retention_days"] },
    { changes: [], loc: ["body"] },
  ])("$changes is refused", async ({ changes, loc }, { api, expect }) => {
    const response = await api.patch("/api/system/config", changes);

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(loc);
  });

  test("a change of nothing changes nothing", async ({ api, expect }) => {
    expect((await api.patch("/api/system/config", {})).body).toEqual(seeded);
  });

  test("one wrong value keeps all others from changing", async ({ api, expect }) => {
    const response = await api.patch("/api/system/config", {
      batch_window_seconds: 10,
      retention_days: 0,
      colour: 1,
    });

    expect(response.status).toBe(422);
    expect(response.body.detail).toEqual([
      { loc: ["body", "retention_days"], msg: "must be from 1 to 3650" },
      { loc: ["body", "colour"], msg: "is not a setting" },
    ]);
    expect((await api.get("/api/system/config")).body).toEqual(seeded);
  });
});
