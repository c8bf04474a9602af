import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

describe("broadcasts", { tags: ["websocket"] }, () => {
  test("a new event reaches who subscribed to events", async ({ api, db, expect }) => {
    const { id: camera_id } = await cameraFactory.create({ db });
    await using socket = await subscribedSocket(api, "events");

    const { body: event } = await api.post("/api/events", {
      batch_id: "b1",
      camera_id,
      risk_score: 90,
      summary: "Somebody at the door",
      reasoning: "It is night",
    });

    expect(await socket.next()).toEqual({
      type: "event",
      data: {
        id: event.id,
        event_id: event.id,
        batch_id: "b1",
        camera_id,
        risk_score: 90,
        risk_level: "critical",
        summary: "Somebody at the door",
        reasoning: "It is night",
        started_at: event.started_at,
      },
    });
  });

  test("all clients of a channel get each message", async ({ api, db, expect }) => {
    const { id: camera_id } = await cameraFactory.create({ db });
    await using first = await subscribedSocket(api, "events");
    await using second = await subscribedSocket(api, "events");

    for (const batch_id of ["b1", "b2"]) await api.post("/api/events", { batch_id, camera_id });

    for (const socket of [first, second]) {
      expect((await socket.next()).data.batch_id).toBe("b1");
      expect((await socket.next()).data.batch_id).toBe("b2");
    }
  });

  test("a change of a camera reaches who subscribed to cameras", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    await using socket = await subscribedSocket(api, "cameras");

    await api.patch(`/api/cameras/${id}`, { status: "error" });
    await api.delete(`/api/cameras/${id}`);

    expect(await socket.next()).toMatchObject({ type: "camera", data: { id, status: "error" } });
    expect(await socket.next()).toEqual({ type: "camera_deleted", data: { id } });
  });

  test("a client gets nothing from other channels", async ({ api, expect }) => {
    await using socket = await subscribedSocket(api, "cameras");

    // The camera that comes after the event proves that the event did not.
    await api.post("/api/cameras", { id: "first", name: "First" });
    await api.post("/api/events", { batch_id: "b1", camera_id: "first" });
    await api.post("/api/cameras", { id: "last", name: "Last" });
    await socket.next(({ data }) => data?.id === "last");

    expect(socket.received.map(({ type }) => type)).toEqual(["subscribed", "camera", "camera"]);
  });

  test("a client gets nothing before it subscribes, nor after it has unsubscribed", async ({
    api,
    expect,
  }) => {
    await using socket = await api.connect("/ws/events");
    await api.post("/api/cameras", { name: "Too early" });
    socket.send({ type: "subscribe", channel: "cameras" });
    await socket.next(({ type }) => type === "subscribed");
    await api.post("/api/cameras", { name: "In time" });
    await socket.next(({ type }) => type === "camera");
    socket.send({ type: "unsubscribe", channel: "cameras" });
    await socket.next(({ type }) => type === "unsubscribed");
    await api.post("/api/cameras", { name: "Too late" });
    socket.send("ping");
    await socket.next(({ type }) => type === "pong");

    const names = socket.received
      .filter(({ type }) => type === "camera")
      .map(({ data }) => data.name);
    expect(names).toEqual(["In time"]);
  });

  test("a request that fails is not broadcast", async ({ api, expect }) => {
    await using socket = await subscribedSocket(api, "cameras");

    await api.post("/api/cameras", { name: "" });
    await api.post("/api/cameras", { name: "Valid" });

    expect((await socket.next()).data.name).toBe("Valid");
  });
});
