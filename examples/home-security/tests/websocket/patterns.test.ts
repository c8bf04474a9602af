import type { ServiceHandle } from "shakedown/command";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** A client of `/ws/events` that has asked for patterns, and been answered. */
const test = stackTest.extend("listening", ({ api }) => async (...events: string[]) => {
  const socket = await api.connect("/ws/events");
  socket.send({ action: "subscribe", events });
  await socket.next(({ action }) => action === "subscribed");
  return socket;
});

describe("subscriptions by pattern", { tags: ["websocket"] }, () => {
  test("one is confirmed with all patterns of the client", async ({ listening, expect }) => {
    await using socket = await listening("alert.*");
    socket.send({ action: "subscribe", events: ["camera.deleted", "alert.*"] });

    expect(await socket.next()).toEqual({
      action: "subscribed",
      events: ["alert.*", "camera.deleted"],
    });
  });

  test("what matches is sent, what does not is not", async ({ api, listening, expect }) => {
    await using socket = await listening("camera.*");

    await api.post("/api/cameras", { name: "Garage" });
    await api.post("/api/events", { batch_id: "b1", camera_id: "garage" });
    await api.delete("/api/cameras/garage");
    await socket.next(({ type }) => type === "camera_deleted");

    expect(types(socket)).toEqual(["camera", "camera_deleted"]);
  });

  test("a pattern may end with what is wanted", async ({ api, listening, expect }) => {
    await using socket = await listening("*.deleted");

    await api.post("/api/cameras", { name: "Garage" });
    await api.delete("/api/cameras/garage");
    await socket.next();

    expect(types(socket)).toEqual(["camera_deleted"]);
  });

  test("a star is everything on this path", async ({ api, listening, expect }) => {
    await using socket = await listening("*");

    await api.post("/api/cameras", { name: "Garage" });
    await api.post("/api/events", { batch_id: "b1", camera_id: "garage" });
    await socket.next(({ type }) => type === "event");

    expect(types(socket)).toEqual(["camera", "event"]);
  });

  test("both forms together send a message once", async ({ api, listening, expect }) => {
    await using socket = await listening("camera.*");
    socket.send({ type: "subscribe", channel: "cameras" });
    await socket.next(({ type }) => type === "subscribed");

    await api.post("/api/cameras", { name: "Garage" });
    await alive(socket);

    expect(types(socket).filter((type) => type === "camera")).toHaveLength(1);
  });

  test("a pattern that is taken back sends nothing more", async ({
    api,
    db,
    listening,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    await using socket = await listening("camera.*", "event.*");
    socket.send({ action: "unsubscribe", events: ["camera.*"] });

    expect(await socket.next()).toEqual({ action: "unsubscribed", events: ["camera.*"] });
    await api.patch(`/api/cameras/${id}`, { status: "error" });
    await api.post("/api/events", { batch_id: "b1", camera_id: id });
    await socket.next(({ type }) => type === "event");
    expect(types(socket)).toEqual(["event"]);
  });

  test.for([
    { what: "no list", events: "alert.*" },
    { what: "an empty list", events: [] },
    { what: "something else than texts", events: ["alert.*", 7] },
    { what: "an empty pattern", events: [""] },
    { what: "a pattern of 101 characters", events: ["x".repeat(101)] },
    { what: "21 patterns", events: Array.from({ length: 21 }, (_, n) => `p${n}`) },
  ])("$what is refused", async ({ events }, { api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send({ action: "subscribe", events });

    expect(await socket.next()).toMatchObject({ type: "error", code: "INVALID_MESSAGE_FORMAT" });
  });

  test("an unknown action is told as such", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send({ action: "shout", events: ["alert.*"] });

    expect(await socket.next()).toMatchObject({ type: "error", code: "UNKNOWN_MESSAGE_TYPE" });
  });

  test("a client cannot make the server keep patterns without end", async ({
    listening,
    expect,
  }) => {
    await using socket = await listening("first");
    for (let round = 0; round < 3; round++)
      socket.send({
        action: "subscribe",
        events: Array.from({ length: 20 }, (_, n) => `p${round}-${n}`),
      });
    await socket.next();
    await socket.next();

    expect((await socket.next()).events).toHaveLength(50);
  });
});

type Socket = Awaited<ReturnType<ServiceHandle["connect"]>>;

function types({ received }: Pick<Socket, "received">): readonly string[] {
  return received.map(({ type }) => type).filter((type) => type !== undefined);
}

/** Messages arrive in order: when the pong is here, all before it were. */
async function alive(socket: Socket): Promise<void> {
  socket.send("ping");
  await socket.next(({ type }) => type === "pong");
}
