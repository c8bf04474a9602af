import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { addScript, takeScript } from "./batch-scripts.ts";

/** What one camera saw in one stretch of time. */
export interface Batch {
  readonly id: string;
  readonly cameraId: string;
  readonly startedAtMs: number;
  readonly detectionIds: readonly number[];
  /** How often its processing has failed. */
  readonly failures: number;
  /** As it stands in Redis. */
  readonly text: string;
}

export interface BatchAggregator {
  /** Puts a detection into the camera's open batch, or into a new one. Gives the batch's id. */
  add(
    detection: { readonly cameraId: string; readonly id: number },
    windowMs: number,
  ): Promise<string>;
  /**
   * The next batch that is due, for the caller alone. If neither `done` nor `failed` follows (its process died), somebody
   * else gets it later.
   */
  take(): Promise<Batch | undefined>;
  done(batch: Batch): Promise<void>;
  /** It comes again later; after the third time it is put aside for somebody to look at. */
  failed(batch: Batch): Promise<void>;
  /** It comes again soon, and nothing is held against it: something else is away. */
  postponed(batch: Batch): Promise<void>;
  counts(): Promise<{ readonly open: number; readonly waiting: number; readonly dead: number }>;
}

export interface BatchAggregatorOptions {
  /** Without a further detection for so long, a batch is closed before its window ends. */
  readonly idleMs: number;
  readonly atMost: number;
  /** How long the processing of a batch may take. */
  readonly leaseMs?: number;
  readonly retryMs?: number;
  readonly nowMs?: () => number;
}

const keys = { due: "hsi:batch:due", closed: "hsi:batch:closed", dead: "hsi:batch:dead" };
const openPrefix = "hsi:batch:open:";
const mostFailures = 3;

/** Everything is kept in Redis and changed by scripts, each in one step: any number of processes may take part. */
export function batchAggregator(redis: Redis, options: BatchAggregatorOptions): BatchAggregator {
  const { idleMs, atMost, leaseMs = 60_000, retryMs = 5000, nowMs = Date.now } = options;
  return {
    async add({ cameraId, id }, windowMs) {
      const given = [openPrefix, nowMs(), cameraId, id, windowMs, idleMs, atMost, randomUUID()];
      return String(await redis.eval(addScript, 2, keys.due, keys.closed, ...given));
    },
    async take() {
      const text = await redis.eval(
        takeScript,
        2,
        keys.due,
        keys.closed,
        openPrefix,
        nowMs(),
        leaseMs,
      );
      return typeof text === "string" ? toBatch(text) : undefined;
    },
    async done({ text }) {
      await redis.zrem(keys.closed, text);
    },
    async failed(batch) {
      const failures = batch.failures + 1;
      const text = JSON.stringify({ ...(JSON.parse(batch.text) as object), failures });
      const moved = redis.multi().zrem(keys.closed, batch.text);
      if (failures >= mostFailures) moved.rpush(keys.dead, text);
      else moved.zadd(keys.closed, nowMs() + retryMs * failures, text);
      await moved.exec();
    },
    async postponed({ text }) {
      await redis.zadd(keys.closed, "XX", nowMs() + retryMs, text);
    },
    async counts() {
      const [open, waiting, dead] = await Promise.all([
        redis.zcard(keys.due),
        redis.zcard(keys.closed),
        redis.llen(keys.dead),
      ]);
      return { open, waiting, dead };
    },
  };
}

function toBatch(text: string): Batch {
  const given = JSON.parse(text) as {
    readonly id: string;
    readonly camera_id: string;
    readonly started_at_ms: number;
    readonly detection_ids: readonly string[];
    readonly failures: number;
  };
  return {
    id: given.id,
    cameraId: given.camera_id,
    startedAtMs: given.started_at_ms,
    detectionIds: given.detection_ids.map(Number),
    failures: given.failures,
    text,
  };
}
