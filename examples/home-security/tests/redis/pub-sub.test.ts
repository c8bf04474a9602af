import { once } from "node:events";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/redis-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

describe("broadcasts over Redis", { tags: ["redis", "websocket"] }, () => {
  test("an event is published for all processes of the system", async ({
    api,
    db,
    listener,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    await listener.subscribe("hsi:broadcast:events");
    const published = once(listener, "message");

    await api.post("/api/events", { batch_id: "b1", camera_id: id });

    const [channel, text] = await published;
    expect(channel).toBe("hsi:broadcast:events");
    expect(JSON.parse(text)).toMatchObject({
      type: "event",
      data: { batch_id: "b1", camera_id: id },
    });
  });

  test("what another process publishes reaches the clients of this one", async ({
    api,
    cache,
    expect,
  }) => {
    await using socket = await subscribedSocket(api, "events");

    await cache.publish(
      "hsi:broadcast:events",
      JSON.stringify({ type: "event", data: { id: 4711 } }),
    );

    expect(await socket.next()).toEqual({ type: "event", data: { id: 4711 } });
  });

  test("the application listens on its own channels only", async ({ api, cache, expect }) => {
    await using socket = await subscribedSocket(api, "events");

    expect(await cache.publish("somebody:else", "{}")).toBe(0);
    // How many hear it depends on how many processes of the application this worker has started so far.
    expect(
      await cache.publish("hsi:broadcast:events", JSON.stringify({ type: "event", data: null })),
    ).toBeGreaterThan(0);
    expect(await socket.next()).toEqual({ type: "event", data: null });
  });
});
