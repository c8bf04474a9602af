import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

describe("paths", { tags: ["websocket"] }, () => {
  test.for([
    { path: "/ws/events", channel: "alerts" },
    { path: "/ws/events", channel: "cameras" },
    { path: "/ws/system", channel: "system" },
    { path: "/ws/detections", channel: "detections" },
  ])("$path has the channel $channel", async ({ path, channel }, { api, expect }) => {
    await using socket = await api.connect(path);
    socket.send({ type: "subscribe", channel });

    expect(await socket.next()).toEqual({ type: "subscribed", channel });
  });

  test.for([
    { path: "/ws/events", channel: "system" },
    { path: "/ws/system", channel: "events" },
    { path: "/ws/detections", channel: "alerts" },
  ])("$path does not have the channel $channel", async ({ path, channel }, { api, expect }) => {
    await using socket = await api.connect(path);
    socket.send({ type: "subscribe", channel });

    expect(await socket.next()).toMatchObject({
      type: "error",
      code: "INVALID_MESSAGE_FORMAT",
      message: expect.stringContaining("channel must be one of"),
    });
  });

  test("a star on one path asks for nothing of another", async ({ api, cache, expect }) => {
    await using system = await api.connect("/ws/system");
    system.send({ action: "subscribe", events: ["*"] });
    await system.next(({ action }) => action === "subscribed");
    await using events = await subscribedSocket(api, "cameras");

    await api.post("/api/cameras", { name: "Garage" });
    await cache.publish("hsi:broadcast:system", '{"type":"system_status","data":null}');

    expect(await system.next()).toEqual({ type: "system_status", data: null });
    expect(await events.next()).toMatchObject({ type: "camera" });
    expect(events.received.map(({ type }) => type)).toEqual(["subscribed", "camera"]);
  });

  test("a detection that comes in is told on its path", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    await using socket = await subscribedSocket(api, "detections");

    const { body } = await api.post("/api/pipeline/detections", {
      camera_id: id,
      file_path: "/export/foscam/1.jpg",
      object_type: "dog",
      confidence: 0.75,
    });

    expect(await socket.next()).toEqual({ type: "detection", data: body.detection });
  });

  test("a text message reaches neither path's clients unasked", async ({ api, expect }) => {
    await using one = await subscribedSocket(api, "events");
    await using other = await subscribedSocket(api, "events");
    one.send({ type: "event", data: { id: 1 } });

    expect(await one.next()).toMatchObject({ code: "UNKNOWN_MESSAGE_TYPE" });
    other.send("ping");
    await other.next(({ type }) => type === "pong");
    expect(other.received.map(({ type }) => type)).toEqual(["subscribed", "pong"]);
  });
});

describe("a job's log", { tags: ["websocket"] }, () => {
  const job = "3f2b8c1e-0000-4000-8000-1234567890ab";
  const other = "3f2b8c1e-0000-4000-8000-1234567890ac";

  test("connecting is subscribing", async ({ api, expect }) => {
    await using socket = await api.connect(`/ws/jobs/${job}/logs`);

    expect(await socket.next()).toEqual({ type: "subscribed", channel: `jobs/${job}` });
  });

  test("a client gets its job's lines and no other's", async ({ api, cache, expect }) => {
    await using socket = await api.connect(`/ws/jobs/${job}/logs`);
    await socket.next();
    const say = (id: string, message: string) =>
      cache.publish(
        `hsi:broadcast:jobs/${id}`,
        JSON.stringify({ type: "job_log", data: { message } }),
      );

    await say(other, "not for you");
    await say(job, "half done");

    expect((await socket.next()).data.message).toBe("half done");
  });

  test("what is no id of a job is no path", async ({ api, expect }) => {
    await expect(api.connect("/ws/jobs/17/logs")).rejects.toThrow("404");
  });
});
