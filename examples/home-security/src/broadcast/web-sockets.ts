import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { readClientMessage } from "./client-message.ts";
import type { Hub } from "./hub.ts";

export const closeCodes = { idle: 1000, goingAway: 1001, unsupportedData: 1003 } as const;

const path = "/ws/events";

export interface WebSocketOptions {
  readonly hub: Hub;
  readonly idleMs: number;
}

/** Answers the upgrades of an HTTP server. */
export function attachWebSockets(server: Server, { hub, idleMs }: WebSocketOptions): void {
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  webSockets.on("connection", (socket: WebSocket) => serveSocket(socket, hub, idleMs));
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (new URL(request.url ?? "/", "http://localhost").pathname === path) {
      webSockets.handleUpgrade(request, stream, head, (socket) =>
        webSockets.emit("connection", socket, request),
      );
    } else {
      stream.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    }
  });
}

function serveSocket(socket: WebSocket, hub: Hub, idleMs: number): void {
  const idle = setTimeout(() => socket.close(closeCodes.idle, "idle"), idleMs);
  hub.join(socket);
  socket.on("message", (data, isBinary) => {
    idle.refresh();
    if (isBinary) socket.close(closeCodes.unsupportedData, "text messages only");
    else answer(socket, hub, textOf(data));
  });
  // `ws` closes the connection itself after a protocol error, with the code that belongs to it.
  socket.on("error", (error) => console.error(`WebSocket: ${error.message}`));
  socket.on("close", () => {
    clearTimeout(idle);
    hub.leave(socket);
  });
}

function answer(socket: WebSocket, hub: Hub, text: string): void {
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const message = readClientMessage(text);
  if ("code" in message) return send({ type: "error", ...message });
  switch (message.type) {
    case "ping":
      return send({ type: "pong" });
    case "subscribe":
      hub.subscribe(socket, message.channel);
      return send({ type: "subscribed", channel: message.channel });
    case "unsubscribe":
      hub.unsubscribe(socket, message.channel);
      return send({ type: "unsubscribed", channel: message.channel });
  }
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString("utf8");
}
