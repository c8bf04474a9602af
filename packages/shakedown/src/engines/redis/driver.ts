import type { Redis } from "ioredis";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { RedisAddress } from "./connection.ts";

export type { Redis } from "ioredis";

/** A client that connects with its first command, and again after the server was restarted. */
export async function openIoredis(address: RedisAddress): Promise<Redis> {
  const { Redis: Client } = await loadIoredis();
  const { socket, host, port, tls, username, password, database } = address;
  const client = new Client({
    ...(socket === undefined ? { host, port } : { path: socket }),
    ...(tls ? { tls: {} } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    db: database,
    lazyConnect: true,
    maxRetriesPerRequest: 20,
    retryStrategy: (times) => Math.min(times * 10, 200),
  });
  // Without a listener ioredis prints each lost connection; the next command tells of it anyway.
  client.on("error", () => undefined);
  return client;
}

/** Takes back what a test did to the connection itself: SELECT and SUBSCRIBE. Costs nothing when it did neither. */
export async function resetIoredis(client: Redis, database: number): Promise<void> {
  const { condition } = client as unknown as {
    condition?: { select?: number; subscriber?: false | { isEmpty(): boolean } };
  };
  if (client.status !== "ready" || condition === undefined) return;
  if (
    condition.subscriber !== undefined &&
    condition.subscriber !== false &&
    !condition.subscriber.isEmpty()
  ) {
    await client.unsubscribe();
    await client.punsubscribe();
  }
  if (condition.select !== undefined && condition.select !== database)
    await client.select(database);
}

async function loadIoredis(): Promise<{ readonly Redis: typeof Redis }> {
  try {
    return await import("ioredis");
  } catch (cause) {
    throw new ShakedownError(
      "DRIVER_MISSING",
      "the redis engine needs the npm package ioredis, which cannot be loaded",
      {
        hint: "Install it: npm install --save-dev ioredis",
        cause,
      },
    );
  }
}
