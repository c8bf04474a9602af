import { until } from "shakedown";
import type { ServiceHandle } from "shakedown/command";
import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const open = (strict: ServiceHandle, api_key = "test-api-key-12345") =>
  strict.connect("/ws/events", { query: { api_key } });

describe("limits", { tags: ["websocket", "redis"] }, () => {
  test("one connection too many is refused with 1008", async ({ strict, expect }) => {
    const sockets = [await open(strict), await open(strict), await open(strict)];
    await using refused = await open(strict);

    expect(await refused.closed).toEqual({ code: 1008, reason: "too many connections" });
    for (const socket of sockets) await socket.close();
  });

  test("connections count when they are made, not while they are open", async ({
    strict,
    expect,
  }) => {
    for (let count = 0; count < 3; count++) await (await open(strict)).close();
    await using refused = await open(strict);

    expect((await refused.closed).code).toBe(1008);
  });

  test("holders of different keys are counted apart", async ({ strict, expect }) => {
    for (let count = 0; count < 3; count++) await (await open(strict)).close();
    await using socket = await open(strict, "another-key");
    socket.send("ping");

    expect(await socket.next(({ type }) => type === "pong")).toEqual({ type: "pong" });
  });

  test("who guesses keys is counted by address, and runs out of guesses", async ({
    strict,
    expect,
  }) => {
    const reasons: string[] = [];
    for (const guess of ["a", "b", "c", "d"])
      reasons.push((await (await open(strict, guess)).closed).reason);

    expect(reasons).toEqual([
      "wrong API key",
      "wrong API key",
      "wrong API key",
      "too many connections",
    ]);
  });

  test("counters are in Redis under one prefix, without the key, and go away by themselves", async ({
    strict,
    cache,
    expect,
  }) => {
    await (await open(strict)).close();

    const keys = await cache.keys("*");
    expect(keys).toEqual([expect.stringMatching(/^hsi:limit:connections:key:[0-9a-f]{16}$/)]);
    expect(await cache.pttl(keys[0] ?? "")).toBeGreaterThan(0);
  });

  test.for(["first", "second"])(
    "counters are gone before each test, the %s time",
    async (_, { strict, expect }) => {
      for (let count = 0; count < 3; count++) {
        await using socket = await open(strict);
        socket.send("ping");
        expect(await socket.next(({ type }) => type === "pong")).toBeDefined();
      }
    },
  );

  test("one message too many closes with 1008; the ones before were answered", async ({
    strict,
    expect,
  }) => {
    await using socket = await open(strict);
    for (let count = 0; count < 21; count++) socket.send("ping");

    expect(await socket.closed).toEqual({ code: 1008, reason: "too many messages" });
    expect(socket.received.filter(({ type }) => type === "pong").length).toBeGreaterThanOrEqual(20);
  });

  test("a system with generous limits lets many in", async ({ api, expect }) => {
    const sockets = await Promise.all(Array.from({ length: 30 }, () => api.connect("/ws/events")));
    for (const socket of sockets) socket.send("ping");

    for (const socket of sockets) expect(await socket.next()).toEqual({ type: "pong" });
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe("patience", { tags: ["websocket"] }, () => {
  test("a client that says nothing is closed with 1000", async ({ strict, expect }) => {
    await using socket = await open(strict);

    expect(await socket.closed).toEqual({ code: 1000, reason: "idle" });
  });

  test("the server asks now and then; being asked is not saying something", async ({
    strict,
    expect,
  }) => {
    await using socket = await open(strict);
    expect(await socket.next()).toEqual({ type: "ping" });
    expect(await socket.next()).toEqual({ type: "ping" });

    expect((await socket.closed).code).toBe(1000);
  });

  test("who answers stays longer than who does not", async ({ strict, expect }) => {
    await using silent = await open(strict);
    await using answering = await open(strict);
    let isOver = false;
    const over = silent.closed.then(() => (isOver = true));
    while (!isOver) {
      await Promise.race([answering.next(({ type }) => type === "ping"), over]);
      answering.send({ type: "pong" });
    }

    answering.send("ping");
    expect(await answering.next(({ type }) => type === "pong")).toEqual({ type: "pong" });
  });

  test("a pong is taken without an answer", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send({ type: "pong" });
    socket.send("pong");
    socket.send("ping");

    expect(await socket.next()).toEqual({ type: "pong" });
    expect(socket.received).toHaveLength(1);
  });

  test("who was closed for idling is forgotten", async ({ strict, expect }) => {
    await using socket = await open(strict);
    await socket.closed;

    const client = strict.with({ "x-api-key": "test-api-key-12345" });
    await until(
      async () => (await client.get("/api/system/stats")).body.websocket_connections === 0,
      { what: "no connection", everyMs: 5 },
    );
    expect(socket.received.every(({ type }) => type === "ping")).toBe(true);
  });
});
