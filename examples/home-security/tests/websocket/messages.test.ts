import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

describe("/ws/events", { tags: ["websocket"] }, () => {
  test("a subscription is confirmed", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send({ type: "subscribe", channel: "events" });

    expect(await socket.next()).toEqual({ type: "subscribed", channel: "events" });
  });

  test.for([["the word ping", "ping"] as const, ["a ping message", { type: "ping" }] as const])(
    "%s is answered",
    async ([, message], { api, expect }) => {
      await using socket = await api.connect("/ws/events");
      socket.send(message);

      expect(await socket.next()).toEqual({ type: "pong" });
    },
  );

  test.for([
    { what: "text that is not JSON", message: "{ not json", code: "INVALID_JSON" },
    { what: "a list", message: ["subscribe"], code: "INVALID_MESSAGE_FORMAT" },
    {
      what: "a message without a type",
      message: { channel: "events" },
      code: "INVALID_MESSAGE_FORMAT",
    },
    {
      what: "a channel that does not exist",
      message: { type: "subscribe", channel: "secrets" },
      code: "INVALID_MESSAGE_FORMAT",
    },
    { what: "an unknown type", message: { type: "shout" }, code: "UNKNOWN_MESSAGE_TYPE" },
  ])("$what is answered with $code", async ({ message, code }, { api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send(message);

    expect(await socket.next()).toMatchObject({ type: "error", code, message: expect.any(String) });
  });

  test("the connection goes on after an error", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send("{");
    socket.send({ type: "subscribe", channel: "events" });

    expect(await socket.next((message) => message.type === "subscribed")).toBeDefined();
    expect(socket.received.map(({ type }) => type)).toEqual(["error", "subscribed"]);
  });
});
