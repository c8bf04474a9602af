import { Hono } from "hono";
import * as v from "valibot";
import { readBody, text, timestamp } from "../http/validation.ts";
import type { BatchAggregator } from "./batch-aggregator.ts";
import { sightingSchema } from "./detector.ts";
import type { Ingest } from "./ingest.ts";

const newSightingSchema = v.object({
  ...sightingSchema.entries,
  camera_id: text(100),
  file_path: text(500),
  media_type: v.optional(v.picklist(["image", "video"], "must be image or video"), "image"),
  detected_at: v.optional(timestamp, () => new Date().toISOString()),
});

/** `/api/pipeline`: what was seen comes in here when it does not come as a file. */
export function pipelineRoutes(ingest: Ingest, batches: BatchAggregator): Hono {
  const routes = new Hono();

  routes.post("/detections", async (context) => {
    const ingested = await ingest(await readBody(context, newSightingSchema));
    return context.json(ingested, ingested.outcome === "accepted" ? 202 : 200);
  });

  routes.get("/batches", async (context) => context.json(await batches.counts()));

  return routes;
}
