import type { Pool } from "pg";
import type { EventCache } from "../events/cache.ts";
import type { SettingsRepository } from "../system/settings.ts";

export interface CleanupParts {
  readonly database: Pool;
  readonly settings: SettingsRepository;
  readonly eventCache: EventCache;
  readonly now?: () => Date;
  /** So many rows in one statement, so that others do not wait long. Default 1000. */
  readonly atOnce?: number;
}

export type Removed = Readonly<Record<(typeof kept)[number]["table"], number>>;

/** What is kept for `retention_days`, and by which time it counts. */
const kept = [
  { table: "events", time: "started_at", unless: "false" },
  {
    table: "detections",
    time: "detected_at",
    // What an event refers to goes after its event.
    unless: "exists (select from event_detections l where l.detection_id = t.id)",
  },
  { table: "gpu_stats", time: "recorded_at", unless: "false" },
  { table: "logs", time: "timestamp", unless: "false" },
] as const;

/** Removes what is older than the installation keeps things. The audit log is not its business. */
export async function cleanUp(parts: CleanupParts, stopping?: AbortSignal): Promise<Removed> {
  const { database, settings, eventCache, now = () => new Date(), atOnce = 1000 } = parts;
  const days = (await settings.list()).find(({ key }) => key === "retention_days")?.value ?? 30;
  const before = new Date(now().getTime() - days * 86_400_000);
  const removed = { events: 0, detections: 0, gpu_stats: 0, logs: 0 };
  for (const { table, time, unless } of kept) {
    let count: number;
    do {
      if (stopping?.aborted === true) return removed;
      const { rowCount } = await database.query(
        `delete from ${table} where id in (
           select id from ${table} t where t.${time} < $1 and not (${unless}) order by t.${time} limit $2
         )`,
        [before, atOnce],
      );
      count = rowCount ?? 0;
      removed[table] += count;
    } while (count === atOnce);
  }
  if (removed.events > 0) await eventCache.invalidate();
  return removed;
}
