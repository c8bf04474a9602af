import type { Redis } from "ioredis";
import type { Page } from "../sql/pages.ts";
import type { EventFilter, SecurityEvent } from "./event.ts";

type EventPage = Page<SecurityEvent>;

const versionKey = "hsi:events:version";

export interface EventCache {
  /** The page from Redis, or from `load`, which is then kept for the next caller. */
  page(
    filter: EventFilter,
    load: () => Promise<EventPage>,
  ): Promise<{ readonly page: EventPage; readonly hit: boolean }>;
  /** Call it after the change is committed. */
  invalidate(): Promise<void>;
}

/**
 * Pages are kept under a version that every change of an event raises. A reader that was overtaken by a change stores its
 * old page under the old version, where nobody looks any more. Without Redis every page comes from the database.
 */
export function eventCache(redis: Redis, keepSeconds: number): EventCache {
  if (keepSeconds === 0)
    return {
      page: async (_filter, load) => ({ page: await load(), hit: false }),
      invalidate: async () => {},
    };
  return {
    async page(filter, load) {
      const key = await tolerate(
        async () =>
          `hsi:events:page:${(await redis.get(versionKey)) ?? "0"}:${JSON.stringify(filter)}`,
      );
      if (key === undefined) return { page: await load(), hit: false };
      const kept = await tolerate(() => redis.get(key));
      if (typeof kept === "string") return { page: JSON.parse(kept) as EventPage, hit: true };
      const page = await load();
      await tolerate(() => redis.set(key, JSON.stringify(page), "EX", keepSeconds));
      return { page, hit: false };
    },
    async invalidate() {
      await tolerate(() => redis.incr(versionKey));
    },
  };
}

/** A cache that cannot be reached makes answers slower, never wrong. */
async function tolerate<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    console.error(`event cache: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
