import type { Broadcast } from "../broadcast/broadcaster.ts";
import type { Queryable } from "../database.ts";
import type { BatchAggregator } from "../pipeline/batch-aggregator.ts";
import type { Health } from "../system/health.ts";

export interface SystemStatusParts {
  readonly database: Queryable;
  readonly batches: BatchAggregator;
  readonly health: () => Promise<Health>;
  readonly broadcast: Broadcast;
}

export interface SystemStatus {
  readonly gpu: {
    readonly name: string;
    readonly utilization: number;
    readonly memory_used_mb: number;
    readonly memory_total_mb: number;
  } | null;
  readonly cameras: { readonly total: number; readonly online: number } | null;
  readonly queue: { readonly open: number; readonly waiting: number; readonly dead: number } | null;
  readonly health: Health["status"];
}

/** Tells who listens on `/ws/system` how things are. What cannot be found out is null. */
export async function broadcastSystemStatus(parts: SystemStatusParts): Promise<void> {
  const data = await systemStatus(parts);
  await parts.broadcast("system", { type: "system_status", data, timestamp: new Date() });
}

async function systemStatus(parts: SystemStatusParts): Promise<SystemStatus> {
  const { database, batches, health } = parts;
  const [{ status }, gpu, cameras, queue] = await Promise.all([
    health(),
    orNull(latestGpu(database)),
    orNull(countCameras(database)),
    orNull(batches.counts()),
  ]);
  return { gpu, cameras, queue, health: status };
}

/** The state of health tells already what is away. */
async function orNull<Value>(looked: Promise<Value>): Promise<Value | null> {
  return await looked.catch(() => null);
}

async function latestGpu(database: Queryable): Promise<SystemStatus["gpu"]> {
  const { rows } = await database.query<NonNullable<SystemStatus["gpu"]>>(
    `select gpu_name as name, utilization, memory_used_mb, memory_total_mb
     from gpu_stats order by recorded_at desc, id desc limit 1`,
  );
  return rows[0] ?? null;
}

async function countCameras(database: Queryable): Promise<SystemStatus["cameras"]> {
  const { rows } = await database.query<{ total: number; online: number }>(
    `select count(*)::int as total, count(*) filter (where status = 'online')::int as online
     from cameras where deleted_at is null`,
  );
  return rows[0] ?? null;
}
