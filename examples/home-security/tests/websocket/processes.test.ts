import { until } from "shakedown";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

describe("two processes of one system", { tags: ["websocket", "redis"] }, () => {
  test("what happens in one is told to the clients of the other", async ({
    api,
    second,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    await using socket = await subscribedSocket(second, "events");

    await api.post("/api/events", { batch_id: "b1", camera_id: id });

    expect(await socket.next()).toMatchObject({ type: "event", data: { batch_id: "b1" } });
  });

  test("and the other way round", async ({ api, second, expect }) => {
    await using socket = await subscribedSocket(api, "cameras");

    await second.post("/api/cameras", { name: "Garage" });

    expect(await socket.next()).toMatchObject({ type: "camera", data: { id: "garage" } });
  });

  test("each client gets each message once, in the same order", async ({ api, second, expect }) => {
    await using here = await subscribedSocket(api, "cameras");
    await using there = await subscribedSocket(second, "cameras");

    for (const [index, server] of [api, second, api, second].entries())
      await server.post("/api/cameras", { name: `Camera ${index}` });

    for (const socket of [here, there]) {
      await socket.next(({ data }) => data?.name === "Camera 3");
      expect(socket.received.slice(1).map(({ data }) => data.name)).toEqual([
        "Camera 0",
        "Camera 1",
        "Camera 2",
        "Camera 3",
      ]);
    }
  });

  test("each counts its own clients", async ({ api, second, expect }) => {
    await using _one = await subscribedSocket(api, "events");
    await using _two = await subscribedSocket(second, "events");
    await using _three = await subscribedSocket(second, "events");
    const count = async (server: typeof api) =>
      (await server.get("/api/system/stats")).body.websocket_connections;

    expect([await count(api), await count(second)]).toEqual([1, 2]);
  });

  test("they see one cache: a change through one is seen through the other at once", async ({
    api,
    second,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    await second.get("/api/events");

    await api.post("/api/events", { batch_id: "b1", camera_id: id });

    expect((await second.get("/api/events")).body.count).toBe(1);
  });

  test("after one was started again, its clients are told what the other does", async ({
    api,
    second,
    expect,
  }) => {
    await using before = await subscribedSocket(second, "cameras");
    await second.restart();
    expect((await before.closed).code).toBe(1001);

    await using after = await subscribedSocket(second, "cameras");
    await api.post("/api/cameras", { name: "Garage" });

    expect(await after.next()).toMatchObject({ data: { id: "garage" } });
  });

  test("a process whose connection to Redis was cut hears of the others again", async ({
    api,
    second,
    cache,
    expect,
  }) => {
    await using socket = await subscribedSocket(second, "cameras");

    await cache.call("CLIENT", "KILL", "TYPE", "pubsub");

    await until(
      async () => {
        await api.post("/api/cameras", { name: `Camera ${Math.random()}` });
        return socket.received.some(({ type }) => type === "camera");
      },
      { what: "news from the other process", everyMs: 20 },
    );
    expect(socket.received.some(({ type }) => type === "camera")).toBe(true);
  });
});
