import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import type { RateLimit } from "../resilience/rate-limit.ts";
import { admit, chooseProtocol } from "./admission.ts";
import { type Endpoint, endpointAt } from "./channels.ts";
import { readClientMessage } from "./client-message.ts";
import { closeCodes } from "./close-codes.ts";
import type { Hub } from "./hub.ts";

export interface WebSocketOptions {
  readonly hub: Hub;
  readonly apiKeys: readonly string[];
  readonly idleMs: number;
  readonly pingMs: number;
  readonly connections: RateLimit;
  readonly messages: RateLimit;
}

/** Answers the upgrades of an HTTP server, until it is closed. */
export function attachWebSockets(server: Server, options: WebSocketOptions): void {
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    handleProtocols: chooseProtocol,
  });
  const ping = setInterval(
    () => options.hub.sendToAll(JSON.stringify({ type: "ping" })),
    options.pingMs,
  ).unref();
  server.on("close", () => clearInterval(ping));
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // A client that goes away in the middle is no fault of ours, and nobody is left to tell.
    stream.on("error", () => stream.destroy());
    const { pathname } = URL.parse(request.url ?? "/", "http://localhost") ?? { pathname: "" };
    const endpoint = endpointAt(pathname);
    if (endpoint === undefined) {
      stream.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    void admit(request, options).then(({ client, refusal }) =>
      webSockets.handleUpgrade(request, stream, head, (socket) => {
        // `ws` closes the connection itself after a protocol error, with the code that belongs to it.
        socket.on("error", (error) => console.error(`WebSocket: ${error.message}`));
        if (refusal !== undefined) socket.close(closeCodes.notAllowed, refusal);
        else serveSocket(socket, { ...options, endpoint, client });
      }),
    );
  });
}

interface Served extends WebSocketOptions {
  readonly endpoint: Endpoint;
  readonly client: string;
}

function serveSocket(socket: WebSocket, served: Served): void {
  const { hub, endpoint, client, idleMs, messages } = served;
  const idle = setTimeout(() => socket.close(closeCodes.idle, "idle"), idleMs);
  hub.join(socket, endpoint);
  if (endpoint.joins)
    for (const channel of endpoint.channels)
      socket.send(JSON.stringify({ type: "subscribed", channel }));
  socket.on("message", (data, isBinary) => {
    idle.refresh();
    if (isBinary) return socket.close(closeCodes.unsupportedData, "text messages only");
    // Counted beside the answering, so that answers keep the order of the questions.
    void messages(client).then((allowed) => {
      if (!allowed) socket.close(closeCodes.notAllowed, "too many messages");
    });
    const answer = answerTo(socket, textOf(data), served);
    if (answer !== undefined) socket.send(JSON.stringify(answer));
  });
  socket.on("close", () => {
    clearTimeout(idle);
    hub.leave(socket);
  });
}

/** A client can ask for so many patterns; each costs a comparison for each message. */
const mostPatterns = 50;

function answerTo(socket: WebSocket, text: string, { hub, endpoint }: Served): object | undefined {
  const message = readClientMessage(text, endpoint);
  if ("code" in message) return { type: "error", ...message };
  const wishes = hub.wishes(socket);
  switch (message.kind) {
    case "ping":
      return { type: "pong" };
    case "pong":
      return undefined;
    case "channel":
      if (message.verb === "subscribe") wishes?.channels.add(message.channel);
      else wishes?.channels.delete(message.channel);
      return { type: `${message.verb}d`, channel: message.channel };
    case "patterns":
      for (const pattern of message.patterns) {
        if (message.verb === "unsubscribe") wishes?.patterns.delete(pattern);
        else if ((wishes?.patterns.size ?? 0) < mostPatterns) wishes?.patterns.add(pattern);
      }
      return {
        action: `${message.verb}d`,
        events: message.verb === "subscribe" ? [...(wishes?.patterns ?? [])] : message.patterns,
      };
  }
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString("utf8");
}
