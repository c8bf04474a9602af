import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { connectWebSocket } from "../../../src/engines/command/web-socket-client.ts";

async function serve(onConnect: (socket: WebSocket, url: string) => void) {
  const http = createServer((_, response) => void response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    if (request.headers["authorization"] === "none") {
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (open) => onConnect(open, request.url ?? ""));
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return {
    target: {
      title: "api",
      url: `http://127.0.0.1:${port}`,
      logLines: async () => ["12:00 err refused"],
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      http.close();
    },
  };
}

test("messages sent before anybody asks are kept, in order, and picked by predicate", async () => {
  await using server = await serve((socket, url) => {
    socket.send(JSON.stringify({ type: "hello", url }));
    socket.send("plain");
    socket.send(JSON.stringify({ type: "event", id: 7 }));
  });
  await using socket = await connectWebSocket(server.target, "/ws", { query: { room: "a" } });
  expect(await socket.next((message) => message.type === "event")).toEqual({
    type: "event",
    id: 7,
  });
  expect(await socket.next()).toEqual({ type: "hello", url: "/ws?room=a" });
  expect(await socket.next()).toBe("plain");
  expect(socket.received).toHaveLength(3);
});

test("objects are sent as JSON", async () => {
  await using server = await serve((socket) =>
    socket.on("message", (data: Buffer) =>
      socket.send(`"got ${data.toString().replaceAll('"', "'")}"`),
    ),
  );
  await using socket = await connectWebSocket(server.target, "/ws");
  socket.send({ subscribe: "cameras" });
  expect(await socket.next()).toBe("got {'subscribe':'cameras'}");
});

test("a wait that ends without its message lists what came instead", async () => {
  await using server = await serve((socket) => socket.send('{"type":"ping"}'));
  await using socket = await connectWebSocket(server.target, "/ws");
  await expect(
    socket.next((message) => message.type === "pong", { timeoutMs: 100 }),
  ).rejects.toMatchObject({
    code: "WAIT_TIMEOUT",
    message: 'api /ws: no such message after 100 ms; received (1):\n  {"type":"ping"}',
  });
});

test("a close ends a wait at once, with code and reason", async () => {
  await using server = await serve((socket) => socket.close(4001, "not yours"));
  await using socket = await connectWebSocket(server.target, "/ws");
  await expect(socket.next(undefined, { timeoutMs: 60_000 })).rejects.toMatchObject({
    message: "api /ws: closed with 4001 not yours before such a message came; nothing was received",
  });
  expect(await socket.closed).toEqual({ code: 4001, reason: "not yours" });
  expect(() => socket.send("x")).toThrow("nothing can be sent, the connection closed with 4001");
});

test("a refused handshake says the status and shows the log", async () => {
  await using server = await serve(() => undefined);
  await expect(
    connectWebSocket(server.target, "/ws", { headers: { authorization: "none" } }),
  ).rejects.toMatchObject({
    code: "REQUEST_FAILED",
    message:
      "WebSocket /ws of api: answered 401 instead of opening a WebSocket\nlast log lines of api:\n  12:00 err refused",
    details: { status: 401 },
  });
});

test("closing waits for the other side, but not for one that does not answer", async () => {
  await using server = await serve((socket) => socket.pause());
  const socket = await connectWebSocket(server.target, "/ws");
  expect(await socket.close(1000, "done")).toMatchObject({ code: 1006 });
});
