import type { Redis } from "ioredis";
import type { Channel } from "./channels.ts";
import type { Hub } from "./hub.ts";

export type Broadcast = (
  channel: Channel,
  message: Readonly<Record<string, unknown>> & { readonly type: string },
) => Promise<void>;

const prefix = "hsi:broadcast:";

/**
 * Tells every process of the system, this one included. While Redis is away, this process's clients are told at least:
 * a change that is saved does not fail because nobody can be told.
 */
export function broadcastOver(redis: Redis, hub: Hub): Broadcast {
  return async (channel, message) => {
    const text = JSON.stringify(message);
    try {
      await redis.publish(prefix + channel, text);
    } catch (error) {
      console.error(
        `broadcast to ${channel} reaches this process only: ${error instanceof Error ? error.message : String(error)}`,
      );
      hub.deliver(channel, text);
    }
  };
}

/** Passes on what any process publishes to this process's clients. `subscriber` can do nothing else from now on. */
export async function relayTo(hub: Hub, subscriber: Redis): Promise<void> {
  subscriber.on("pmessage", (_pattern: string, name: string, text: string) => {
    try {
      hub.deliver(name.slice(prefix.length) as Channel, text);
    } catch (error) {
      // Whoever publishes something that is no message must not end the process of those who listen.
      console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  await subscriber.connect();
  await subscriber.psubscribe(`${prefix}*`);
}
