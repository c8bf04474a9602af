import type { Redis } from "ioredis";
import { channels, type Channel } from "./channels.ts";
import type { Hub } from "./hub.ts";

export type Broadcast = (
  channel: Channel,
  message: Readonly<Record<string, unknown>>,
) => Promise<void>;

const prefix = "hsi:broadcast:";

/** Tells every process of the system, this one included. A change that is saved does not fail because nobody can be told. */
export function broadcastOver(redis: Redis): Broadcast {
  return async (channel, message) => {
    try {
      await redis.publish(prefix + channel, JSON.stringify(message));
    } catch (error) {
      console.error(
        `broadcast to ${channel} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
}

/** Passes on what any process publishes to this process's clients. `subscriber` can do nothing else from now on. */
export async function relayTo(hub: Hub, subscriber: Redis): Promise<void> {
  const names = new Map(channels.map((channel) => [prefix + channel, channel]));
  subscriber.on("message", (name: string, text: string) => {
    const channel = names.get(name);
    if (channel !== undefined) hub.deliver(channel, text);
  });
  await subscriber.subscribe(...names.keys());
}
