import { Redis } from "ioredis";

/** Commands fail soon when Redis is away, so that a request does not wait for it. */
export function openRedis(url: string, role: string): Redis {
  const redis = new Redis(url, {
    connectionName: `home-security ${role}`,
    maxRetriesPerRequest: 1,
    lazyConnect: true,
  });
  let wasReady = false;
  redis.once("ready", () => (wasReady = true));
  redis.on("error", (error: Error) => {
    // Before that, whoever waits for the connection is told.
    if (wasReady) console.error(`redis (${role}): ${error.message}`);
  });
  return redis;
}
