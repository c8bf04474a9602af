import { once } from "node:events";
import { until } from "shakedown";
import { describe } from "vitest";
import { broadcastOver, relayTo } from "../../src/broadcast/broadcaster.ts";
import { endpointAt } from "../../src/broadcast/channels.ts";
import { createHub, type Socket } from "../../src/broadcast/hub.ts";
import { matchesPattern, topicOf } from "../../src/broadcast/topics.ts";
import { mockRedis } from "../fixtures/mock-redis.ts";
import { test } from "../fixtures/redis-test.ts";

/** A client that keeps what it is sent. */
function client({ unread = 0 } = {}) {
  const sent: string[] = [];
  const ended: string[] = [];
  const socket = {
    bufferedAmount: unread,
    send: (text: string) => void sent.push(text),
    close: (code: number, reason: string) => void ended.push(`closed with ${code}: ${reason}`),
    terminate: () => void ended.push("terminated"),
  } as unknown as Socket;
  return { socket, sent, ended };
}

function hubWith(path: string, ...clients: readonly { readonly socket: Socket }[]) {
  const hub = createHub();
  const endpoint = endpointAt(path);
  if (endpoint === undefined) throw new Error(`nothing is at ${path}`);
  for (const { socket } of clients) hub.join(socket, endpoint);
  return hub;
}

const message = { type: "camera", data: { id: "garage" } };

describe("broadcasting", { tags: ["services", "redis"] }, () => {
  test("a message is published for all processes, under the application's prefix", async ({
    cache,
    listener,
    expect,
  }) => {
    await listener.subscribe("hsi:broadcast:cameras");
    const published = once(listener, "message");

    await broadcastOver(cache, createHub())("cameras", message);

    expect((await published)[1]).toBe(JSON.stringify(message));
  });

  test("it is not delivered twice in the process that published it", async ({ cache, expect }) => {
    const one = client();
    const hub = hubWith("/ws/events", one);
    hub.wishes(one.socket)?.channels.add("cameras");
    const subscriber = cache.duplicate({ lazyConnect: true });
    await relayTo(hub, subscriber);

    await broadcastOver(cache, hub)("cameras", message);
    await broadcastOver(cache, hub)("cameras", { type: "camera_deleted" });

    await until(() => Promise.resolve(one.sent.length >= 2), { what: "both messages", everyMs: 2 });
    subscriber.disconnect();
    expect(one.sent).toEqual([JSON.stringify(message), '{"type":"camera_deleted"}']);
  });

  test("while Redis is away, this process's clients are told, and nothing is thrown", async ({
    expect,
  }) => {
    const one = client();
    const hub = hubWith("/ws/events", one);
    hub.wishes(one.socket)?.channels.add("cameras");
    const mock = mockRedis();
    mock.goAway();

    await broadcastOver(mock.redis, hub)("cameras", message);

    expect(one.sent).toEqual([JSON.stringify(message)]);
    expect(mock.calls).toEqual([["publish", "hsi:broadcast:cameras", JSON.stringify(message)]]);
  });

  test("what is no message harms nobody", async ({ cache, expect }) => {
    const one = client();
    const hub = hubWith("/ws/events", one);
    hub.wishes(one.socket)?.channels.add("cameras");
    const subscriber = cache.duplicate({ lazyConnect: true });
    await relayTo(hub, subscriber);

    for (const text of ["{", "null", "{}", JSON.stringify(message)])
      await cache.publish("hsi:broadcast:cameras", text);

    await until(() => Promise.resolve(one.sent.length > 0), { what: "the message", everyMs: 2 });
    subscriber.disconnect();
    expect(one.sent).toEqual([JSON.stringify(message)]);
  });
});

describe("the hub", { tags: ["services"] }, () => {
  test("a channel that is not the endpoint's is never delivered, whatever is wished for", ({
    expect,
  }) => {
    const one = client();
    const hub = hubWith("/ws/events", one);
    hub.wishes(one.socket)?.channels.add("system");
    hub.wishes(one.socket)?.patterns.add("*");

    hub.deliver("system", '{"type":"system_status"}');

    expect(one.sent).toEqual([]);
  });

  test("whoever asks twice, by channel and by pattern, gets it once", ({ expect }) => {
    const one = client();
    const hub = hubWith("/ws/events", one);
    hub.wishes(one.socket)?.channels.add("cameras");
    hub.wishes(one.socket)?.patterns.add("camera.*").add("*");

    hub.deliver("cameras", JSON.stringify(message));

    expect(one.sent).toHaveLength(1);
  });

  test("a client that left gets nothing and is not counted", ({ expect }) => {
    const [one, other] = [client(), client()];
    const hub = hubWith("/ws/events", one, other);
    hub.leave(one.socket);
    hub.sendToAll("{}");

    expect(hub.connected()).toBe(1);
    expect([one.sent, other.sent]).toEqual([[], ["{}"]]);
  });

  test("a client that reads nothing is let go, and the others go on", ({ expect }) => {
    const [slow, quick] = [client({ unread: 2 * 1024 * 1024 }), client()];
    const hub = hubWith("/ws/events", slow, quick);
    hub.sendToAll("{}");

    expect(slow).toMatchObject({ sent: [], ended: ["closed with 1013: too slow", "terminated"] });
    expect(quick.sent).toEqual(["{}"]);
    expect(hub.connected()).toBe(1);
  });
});

describe("topics", { tags: ["services"] }, () => {
  test.for([
    ["alert", "alert.created"],
    ["camera_deleted", "camera.deleted"],
    ["system_status", "system.status"],
    ["event", "event.created"],
  ] as const)("a message of type %s is %s", ([type, topic], { expect }) => {
    expect(topicOf(JSON.stringify({ type }))).toBe(topic);
  });

  test.for([
    ["alert.*", "alert.created", true],
    ["alert.*", "event.created", false],
    ["*", "event.created", true],
    ["*.created", "event.created", true],
    ["*.created", "camera.deleted", false],
    ["a*t.*ed", "alert.created", true],
    ["alert.created", "alert.created", true],
    ["alert", "alert.created", false],
    ["alert.", "alert.created", false],
    ["*created*created", "event.created", false],
    ["al*alert.created", "alert.created", false],
    [".", "alert.created", false],
  ] as const)("the pattern %s and %s: %s", ([pattern, topic, isMatch], { expect }) => {
    expect(matchesPattern(pattern, topic)).toBe(isMatch);
  });
});
