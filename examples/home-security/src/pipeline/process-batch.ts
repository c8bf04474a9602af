import type { Pool } from "pg";
import type { Alert } from "../alerts/alert.ts";
import type { AlertEngine } from "../alerts/engine/engine.ts";
import type { Broadcast } from "../broadcast/broadcaster.ts";
import { inTransaction, type Queryable } from "../database.ts";
import type { EventCache } from "../events/cache.ts";
import type { Detection } from "../detections/detection.ts";
import { announce } from "../events/announce.ts";
import { type SecurityEvent, toRiskLevel } from "../events/event.ts";
import type { Analyzer, Assessment } from "./assessment.ts";
import type { Batch } from "./batch-aggregator.ts";

export interface ProcessParts {
  readonly database: Pool;
  readonly analyze: Analyzer;
  readonly alerts: AlertEngine;
  readonly eventCache: EventCache;
  readonly broadcast: Broadcast;
}

export interface Processed {
  readonly event: SecurityEvent;
  readonly alerts: readonly Alert[];
}

export type ProcessBatch = (
  batch: Omit<Batch, "text" | "failures">,
) => Promise<Processed | undefined>;

/** Makes a batch into an event with its alerts: all or nothing, and once, however often it is tried. */
export function batchProcessor(parts: ProcessParts): ProcessBatch {
  const { database, analyze, alerts, eventCache, broadcast } = parts;
  return async (batch) => {
    const { rows: detections } = await database.query<Detection>(
      "select * from detections where id = any($1) order by detected_at, id",
      [batch.detectionIds],
    );
    // The camera was deleted in the meantime, and its detections with it.
    if (detections.length === 0) return undefined;
    const assessment = await analyze({
      batch_id: batch.id,
      camera_id: batch.cameraId,
      detections,
    });
    const processed = await inTransaction(database, async (client) => {
      const event = await insertOnce(client, { batch, detections, assessment });
      return event && { event, alerts: await alerts.raise(client, event) };
    });
    if (processed === undefined) return undefined;
    await eventCache.invalidate();
    await announce(broadcast, processed.event, processed.alerts);
    return processed;
  };
}

interface Judged {
  readonly batch: Omit<Batch, "text" | "failures">;
  readonly detections: readonly Detection[];
  readonly assessment: Assessment;
}

async function insertOnce(
  client: Queryable,
  { batch, detections, assessment }: Judged,
): Promise<SecurityEvent | undefined> {
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `batch:${batch.id}`,
  ]);
  const { rows } = await client.query<SecurityEvent>(
    `insert into events (batch_id, camera_id, started_at, ended_at, risk_score, risk_level, summary, reasoning,
                         object_types, is_fast_path)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
     where not exists (select from events where batch_id = $1)
     returning *`,
    [
      batch.id,
      batch.cameraId,
      detections[0]?.detected_at,
      detections.at(-1)?.detected_at,
      assessment.risk_score,
      toRiskLevel(assessment.risk_score),
      assessment.summary,
      assessment.reasoning,
      [...new Set(detections.map(({ object_type }) => object_type))].sort(),
      detections.length === 1 && batch.id.startsWith("detection-"),
    ],
  );
  const [event] = rows;
  if (event !== undefined)
    await client.query(
      "insert into event_detections (event_id, detection_id) select $1, unnest($2::integer[])",
      [event.id, detections.map(({ id }) => id)],
    );
  return event;
}
