import { until } from "shakedown";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/own-app-test.ts";

const soon = { everyMs: 10 };

describe("without its Redis", { tags: ["error-handling", "redis"] }, () => {
  test("it is degraded, but ready", async ({ start, redisLink, expect }) => {
    const app = await start();
    redisLink.cut();

    expect(await app.get("/api/system/health")).toMatchObject({
      status: 200,
      body: { status: "degraded", services: { database: "healthy", redis: "unhealthy" } },
    });
    expect(await app.get("/api/system/health/ready")).toMatchObject({
      status: 200,
      body: { ready: true, status: "degraded" },
    });
  });

  test("lists come from the database", async ({ start, redisLink, expect }) => {
    const app = await start();
    await app.get("/api/events");
    redisLink.cut();

    const { status, headers } = await app.get("/api/events");
    expect([status, headers.get("x-cache")]).toEqual([200, "miss"]);
  });

  test("changes are saved", async ({ start, redisLink, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    const app = await start();
    redisLink.cut();

    expect((await app.post("/api/events", { batch_id: "b1", camera_id: id })).status).toBe(201);
    expect((await app.get("/api/events")).body.events).toHaveLength(1);
  });

  test("its own clients are told of them", async ({ start, redisLink, expect }) => {
    const app = await start();
    const told = await app.listen("cameras");
    redisLink.cut();

    await app.post("/api/cameras", { name: "Garage" });

    await until(async () => told.length === 1, { what: "the message", ...soon });
    expect(told).toEqual([{ type: "camera", data: expect.objectContaining({ id: "garage" }) }]);
  });

  test("clients are let in, although nobody counts them", async ({ start, redisLink, expect }) => {
    const app = await start({ SOCKET_LIMIT_CONNECTIONS: "1" });
    redisLink.cut();

    expect(await Promise.all([app.listen("events"), app.listen("events")])).toEqual([[], []]);
  });

  test("what a camera sees becomes an event at once", async ({ start, redisLink, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    const app = await start();
    redisLink.cut();

    const { status } = await app.post("/api/pipeline/detections", {
      camera_id: id,
      file_path: "/1.jpg",
      object_type: "person",
      confidence: 0.9,
    });

    expect(status).toBe(202);
    expect((await app.get("/api/events")).body.events).toMatchObject([
      { camera_id: id, is_fast_path: true },
    ]);
  });

  test("a Redis that says nothing is given up", async ({ start, redisLink, expect }) => {
    const app = await start({ REDIS_TIMEOUT_MS: "300" });
    redisLink.stall();

    expect((await app.get("/api/events")).status).toBe(200);
    expect((await app.get("/api/system/health")).body.status).toBe("degraded");
  });

  test("when it is back, so is everything: health, cache, and news from other processes", async ({
    start,
    redisLink,
    cache,
    expect,
  }) => {
    const app = await start();
    const told = await app.listen("cameras");
    redisLink.cut();
    expect((await app.get("/api/system/health")).body.status).toBe("degraded");
    redisLink.restore();

    await until(async () => (await app.get("/api/system/health")).body.status === "healthy", {
      what: "health",
      ...soon,
    });
    await app.get("/api/events");
    expect((await app.get("/api/events")).headers.get("x-cache")).toBe("hit");
    await until(
      async () => {
        await cache.publish("hsi:broadcast:cameras", '{"type":"camera","data":{"id":"elsewhere"}}');
        return told.length > 0;
      },
      { what: "news from elsewhere", ...soon },
    );
  });

  test("what was in the cache before and changed meanwhile is not answered afterwards", async ({
    start,
    redisLink,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    const app = await start();
    expect((await app.get("/api/events")).body.count).toBe(0);
    redisLink.cut();
    await app.post("/api/events", { batch_id: "b1", camera_id: id });
    redisLink.restore();
    await until(async () => (await app.get("/api/system/health")).body.status === "healthy", {
      what: "health",
      ...soon,
    });

    expect((await app.get("/api/events")).body.count).toBe(1);
  });
});

describe("when Redis ends connections", { tags: ["error-handling", "redis"] }, () => {
  test("requests go on, and the cache is there again", async ({ start, cache, expect }) => {
    const app = await start();
    await app.get("/api/events");
    await cache.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

    expect((await app.get("/api/events")).status).toBe(200);
    await until(async () => (await app.get("/api/events")).headers.get("x-cache") === "hit", {
      what: "a cached list",
      ...soon,
    });
  });
});
