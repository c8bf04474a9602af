import type { WebSocket } from "ws";
import type { Channel, Endpoint } from "./channels.ts";
import { closeCodes } from "./close-codes.ts";
import { matchesPattern, topicOf } from "./topics.ts";

export type Socket = Pick<WebSocket, "send" | "close" | "terminate" | "bufferedAmount">;

/** The clients of this process, with what each has subscribed to. */
export interface Hub {
  join(socket: Socket, endpoint: Endpoint): void;
  leave(socket: Socket): void;
  /** What the client has subscribed to; the caller may change it. */
  wishes(socket: Socket): Wishes | undefined;
  deliver(channel: Channel, text: string): void;
  connected(): number;
  sendToAll(text: string): void;
  /** Says goodbye, and breaks the connections of those that have not answered it after the time given. */
  closeAll(code: number, reason: string, graceMs: number): void;
}

export interface Wishes {
  readonly channels: Set<Channel>;
  readonly patterns: Set<string>;
}

/** A client that leaves so much unread is let go, before it takes the memory of all others. */
const unreadBytes = 1024 * 1024;

export function createHub(): Hub {
  const clients = new Map<Socket, { readonly endpoint: Endpoint; readonly wishes: Wishes }>();

  const send = (socket: Socket, text: string): void => {
    if (socket.bufferedAmount <= unreadBytes) return socket.send(text);
    clients.delete(socket);
    socket.close(closeCodes.tooSlow, "too slow");
    // The close message waits behind all that is unread.
    socket.terminate();
  };

  return {
    join: (socket, endpoint) =>
      void clients.set(socket, {
        endpoint,
        wishes: { channels: new Set(endpoint.joins ? endpoint.channels : []), patterns: new Set() },
      }),
    leave: (socket) => void clients.delete(socket),
    wishes: (socket) => clients.get(socket)?.wishes,
    deliver(channel, text) {
      const topic = topicOf(text);
      for (const [socket, { endpoint, wishes }] of clients) {
        if (endpoint.channels.includes(channel) && wants(wishes, channel, topic))
          send(socket, text);
      }
    },
    connected: () => clients.size,
    sendToAll(text) {
      for (const socket of clients.keys()) send(socket, text);
    },
    closeAll(code, reason, graceMs) {
      for (const socket of clients.keys()) socket.close(code, reason);
      setTimeout(() => {
        for (const socket of clients.keys()) socket.terminate();
      }, graceMs).unref();
    },
  };
}

function wants({ channels, patterns }: Wishes, channel: Channel, topic: string): boolean {
  return channels.has(channel) || [...patterns].some((pattern) => matchesPattern(pattern, topic));
}
