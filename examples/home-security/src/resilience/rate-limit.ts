import type { Redis } from "ioredis";

/** Says whether one more is allowed, and counts it. */
export type RateLimit = (client: string) => Promise<boolean>;

export interface RateLimitOptions {
  /** What is counted, as part of the key. */
  readonly what: string;
  /** Within one window. 0 is no limit. */
  readonly atMost: number;
  readonly windowMs: number;
}

/** Counts each client in Redis, for all processes together. A window begins with its first hit. */
export function rateLimit(redis: Redis, { what, atMost, windowMs }: RateLimitOptions): RateLimit {
  if (atMost === 0) return async () => true;
  return async (client) => {
    try {
      const hits = await redis.eval(countHit, 1, `hsi:limit:${what}:${client}`, windowMs);
      return Number(hits) <= atMost;
    } catch (error) {
      // Whoever may come in is not kept out because nobody can count.
      console.error(`rate limit: ${error instanceof Error ? error.message : String(error)}`);
      return true;
    }
  };
}

// In one step: a counter without an end would keep its client out for ever.
const countHit = `
local hits = redis.call("incr", KEYS[1])
if hits == 1 then redis.call("pexpire", KEYS[1], ARGV[1]) end
return hits`;
