import type { WebSocket } from "ws";
import type { Channel } from "./channels.ts";

/** The clients of this process, with what each has subscribed to. */
export interface Hub {
  join(socket: WebSocket): void;
  leave(socket: WebSocket): void;
  subscribe(socket: WebSocket, channel: Channel): void;
  unsubscribe(socket: WebSocket, channel: Channel): void;
  deliver(channel: Channel, text: string): void;
  connected(): number;
  closeAll(code: number, reason: string): void;
}

export function createHub(): Hub {
  const subscriptions = new Map<WebSocket, Set<Channel>>();
  return {
    join: (socket) => void subscriptions.set(socket, new Set()),
    leave: (socket) => void subscriptions.delete(socket),
    subscribe: (socket, channel) => void subscriptions.get(socket)?.add(channel),
    unsubscribe: (socket, channel) => void subscriptions.get(socket)?.delete(channel),
    deliver: (channel, text) => {
      for (const [socket, wanted] of subscriptions) if (wanted.has(channel)) socket.send(text);
    },
    connected: () => subscriptions.size,
    closeAll: (code, reason) => {
      for (const socket of subscriptions.keys()) socket.close(code, reason);
    },
  };
}
