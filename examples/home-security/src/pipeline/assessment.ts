import * as v from "valibot";
import type { Detection } from "../detections/detection.ts";

/** What is asked: what one camera saw in one batch, in order of time. */
export interface AnalyzedBatch {
  readonly batch_id: string;
  readonly camera_id: string;
  readonly detections: readonly Pick<
    Detection,
    "id" | "file_path" | "object_type" | "confidence" | "detected_at"
  >[];
}

export const assessmentSchema = v.object({
  risk_score: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  summary: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
  reasoning: v.pipe(v.string(), v.maxLength(10_000)),
});
export type Assessment = v.InferOutput<typeof assessmentSchema>;

export type Analyzer = (batch: AnalyzedBatch) => Promise<Assessment>;
