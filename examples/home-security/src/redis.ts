import { Redis } from "ioredis";
import type { Config } from "./config.ts";

/** Commands fail at once while Redis is away, so that a request does not wait for it: connect first. */
export function openRedis(
  { redisUrl, redisTimeoutMs }: Pick<Config, "redisUrl" | "redisTimeoutMs">,
  role: string,
): Redis {
  const redis = new Redis(redisUrl, {
    connectionName: `home-security:${role}`,
    commandTimeout: redisTimeoutMs,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
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
