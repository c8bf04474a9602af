import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const key = "test-api-key-12345";

describe("API keys", { tags: ["websocket"] }, () => {
  test("without one a client is refused with 1008", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events");

    expect(await socket.closed).toEqual({ code: 1008, reason: "an API key is required" });
  });

  test("so is one with a wrong key", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events", { query: { api_key: `${key}6` } });

    expect(await socket.closed).toEqual({ code: 1008, reason: "wrong API key" });
  });

  test("so is one with an empty key", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events", { query: { api_key: "" } });

    expect((await socket.closed).code).toBe(1008);
  });

  test("a refused client is not listened to and is told nothing", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events");
    socket.send({ type: "subscribe", channel: "events" });
    await socket.closed;

    expect(socket.received).toEqual([]);
  });

  test("a key in the address opens", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events", { query: { api_key: key } });
    socket.send({ type: "subscribe", channel: "events" });

    expect(await socket.next(({ type }) => type === "subscribed")).toMatchObject({
      channel: "events",
    });
  });

  test("each of several keys does", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/system", { query: { api_key: "another-key" } });
    socket.send("ping");

    expect(await socket.next(({ type }) => type === "pong")).toEqual({ type: "pong" });
  });

  test("a key as a subprotocol opens, and is answered, as browsers demand", async ({
    strict,
    expect,
  }) => {
    await using socket = await strict.connect("/ws/events", { protocols: [`api-key.${key}`] });

    expect(socket.protocol).toBe(`api-key.${key}`);
    socket.send("ping");
    expect(await socket.next(({ type }) => type === "pong")).toEqual({ type: "pong" });
  });

  test("beside a real subprotocol, the key is not sent back", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events", {
      protocols: [`api-key.${key}`, "home-security"],
    });

    expect(socket.protocol).toBe("home-security");
    socket.send("ping");
    expect(await socket.next(({ type }) => type === "pong")).toEqual({ type: "pong" });
  });

  test("a wrong key as a subprotocol does not", async ({ strict, expect }) => {
    await using socket = await strict.connect("/ws/events", { protocols: ["api-key.guess"] });

    expect(await socket.closed).toEqual({ code: 1008, reason: "wrong API key" });
  });

  test("a system without keys takes any", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events", { query: { api_key: "whatever" } });
    socket.send("ping");

    expect(await socket.next()).toEqual({ type: "pong" });
  });
});
