import { until } from "shakedown";
import type { ServiceHandle } from "shakedown/command";
import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

describe("connections", { tags: ["websocket"] }, () => {
  test("one that closes is forgotten, and the others go on", async ({ api, expect }) => {
    await using staying = await subscribedSocket(api, "cameras");
    const leaving = await subscribedSocket(api, "cameras");
    await connections(api, 2);

    expect(await leaving.close(1000, "bye")).toEqual({ code: 1000, reason: "bye" });

    await connections(api, 1);
    await api.post("/api/cameras", { name: "Garage" });
    expect((await staying.next()).data.name).toBe("Garage");
    expect(leaving.received.map(({ type }) => type)).toEqual(["subscribed"]);
  });

  test("bytes are refused with 1003", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send(Buffer.from([1, 2, 3]));

    expect(await socket.closed).toEqual({ code: 1003, reason: "text messages only" });
  });

  test("a message above 64 kB is refused with 1009", async ({ api, expect }) => {
    await using socket = await api.connect("/ws/events");
    socket.send("x".repeat(64 * 1024 + 1));

    expect((await socket.closed).code).toBe(1009);
    await connections(api, 0);
  });

  test("there is no WebSocket on other paths", async ({ api, expect }) => {
    await expect(api.connect("/ws/nothing-here")).rejects.toThrow("404");
  });

  test("twenty clients come and go", async ({ api }) => {
    const sockets = await Promise.all(
      Array.from({ length: 20 }, () => subscribedSocket(api, "events")),
    );
    await connections(api, 20);

    await Promise.all(sockets.map((socket) => socket.close()));

    await connections(api, 0);
  });
});

/** The server hears of a closed connection a moment after its client. */
async function connections(api: ServiceHandle, wanted: number): Promise<void> {
  await until(
    async () => (await api.get("/api/system/stats")).body.websocket_connections === wanted,
    { what: `${wanted} WebSocket connections`, everyMs: 5 },
  );
}
