import type { Pool } from "pg";
import type { Broadcast } from "../broadcast/broadcaster.ts";
import { inTransaction, type Queryable } from "../database.ts";
import type { Detection } from "../detections/detection.ts";
import { notFound } from "../http/errors.ts";
import type { SettingsRepository } from "../system/settings.ts";
import type { Batch, BatchAggregator } from "./batch-aggregator.ts";
import type { Picture, Sighting } from "./detector.ts";

export interface NewSighting extends Picture, Sighting {
  readonly detected_at: Date;
}

export type Ingested =
  | { readonly outcome: "accepted"; readonly detection: Detection; readonly batch_id: string }
  | { readonly outcome: "duplicate" }
  | { readonly outcome: "below_threshold" };

export type Ingest = (sighting: NewSighting) => Promise<Ingested>;

export interface IngestParts {
  readonly database: Pool;
  readonly settings: SettingsRepository;
  readonly batches: BatchAggregator;
  readonly broadcast: Broadcast;
  /** Makes an event of one detection at once: what is left to do when batches cannot be kept. */
  readonly processAlone: (batch: Omit<Batch, "text" | "failures">) => Promise<unknown>;
}

/** Takes in what was seen: saved once, told to who listens, and put into its camera's batch. */
export function ingestInto(parts: IngestParts): Ingest {
  const { database, settings, batches, broadcast, processAlone } = parts;
  return async (sighting) => {
    const { batch_window_seconds = 90, detection_confidence_threshold = 0.5 } = Object.fromEntries(
      (await settings.list()).map(({ key, value }) => [key, value]),
    );
    if (sighting.confidence < detection_confidence_threshold) return { outcome: "below_threshold" };
    const detection = await inTransaction(database, (client) => saveOnce(client, sighting));
    if (detection === undefined) return { outcome: "duplicate" };
    const { id, camera_id, detected_at } = detection;
    await broadcast("detections", { type: "detection", data: detection });
    try {
      const batch_id = await batches.add({ cameraId: camera_id, id }, batch_window_seconds * 1000);
      return { outcome: "accepted", detection, batch_id };
    } catch (error) {
      console.error(
        `no batch for detection ${id}: ${error instanceof Error ? error.message : String(error)}`,
      );
      const batch_id = `detection-${id}`;
      await processAlone({
        id: batch_id,
        cameraId: camera_id,
        startedAtMs: detected_at.getTime(),
        detectionIds: [id],
      });
      return { outcome: "accepted", detection, batch_id };
    }
  };
}

/**
 * The same thing in the same picture is one detection, however often it is brought. A picture that was written over is another.
 *
 * @throws a 404 when there is no such camera
 */
async function saveOnce(client: Queryable, sighting: NewSighting): Promise<Detection | undefined> {
  const { camera_id, file_path, media_type, detected_at, object_type, confidence } = sighting;
  // Locks the camera's row: two who bring the same thing come one after the other.
  const seen = await client.query(
    "update cameras set last_seen_at = greatest(last_seen_at, $2) where id = $1 and deleted_at is null",
    [camera_id, detected_at],
  );
  if (seen.rowCount === 0) throw notFound("Camera", camera_id);
  const [x, y, width, height] = sighting.bbox?.map(Math.round) ?? [];
  const [pictureWidth, pictureHeight] = sighting.picture ?? [];
  const { rows } = await client.query<Detection>(
    `insert into detections (camera_id, file_path, media_type, detected_at, object_type, confidence,
                             bbox_x, bbox_y, bbox_width, bbox_height, enrichment_data)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
     where not exists (
       select from detections
       where camera_id = $1 and detected_at = $4 and file_path = $2 and object_type = $5
         and bbox_x is not distinct from $7 and bbox_y is not distinct from $8
     )
     returning *`,
    [
      camera_id,
      file_path,
      media_type,
      detected_at,
      object_type,
      confidence,
      x,
      y,
      width,
      height,
      pictureWidth === undefined
        ? null
        : { picture_width: pictureWidth, picture_height: pictureHeight },
    ],
  );
  return rows[0];
}
