import * as v from "valibot";
import { text, timestamp, wholeNumber } from "../http/validation.ts";

export const riskLevels = ["low", "medium", "high", "critical"] as const;
export type RiskLevel = (typeof riskLevels)[number];

export interface SecurityEvent {
  readonly id: number;
  readonly batch_id: string;
  readonly camera_id: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly risk_score: number | null;
  readonly risk_level: RiskLevel | null;
  readonly summary: string | null;
  readonly reasoning: string | null;
  readonly reviewed: boolean;
  readonly notes: string | null;
}

const riskLevel = v.picklist(riskLevels, `must be one of ${riskLevels.join(", ")}`);
const riskScore = v.pipe(
  v.number(),
  v.integer("must be a whole number"),
  v.minValue(0, "must be at least 0"),
  v.maxValue(100, "must be at most 100"),
);

const newDetectionSchema = v.object({
  file_path: text(500),
  media_type: v.optional(v.picklist(["image", "video"]), "image"),
  detected_at: v.optional(timestamp),
  object_type: text(50),
  confidence: v.pipe(
    v.number(),
    v.minValue(0, "must be at least 0"),
    v.maxValue(1, "must be at most 1"),
  ),
});
export type NewDetection = v.InferOutput<typeof newDetectionSchema>;

/** What the analysis of one batch of pictures hands in. */
export const newEventSchema = v.pipe(
  v.object({
    batch_id: text(100),
    camera_id: text(100),
    started_at: v.optional(timestamp, () => new Date().toISOString()),
    ended_at: v.optional(timestamp),
    risk_score: v.optional(riskScore),
    risk_level: v.optional(riskLevel),
    summary: v.optional(text(2000)),
    reasoning: v.optional(text(10_000)),
    detections: v.optional(v.pipe(v.array(newDetectionSchema), v.maxLength(100)), []),
  }),
  v.check(
    ({ started_at, ended_at }) => ended_at === undefined || ended_at >= started_at,
    "ended_at must not be before started_at",
  ),
  v.transform((event) => ({
    ...event,
    risk_level:
      event.risk_level ??
      (event.risk_score === undefined ? undefined : toRiskLevel(event.risk_score)),
  })),
);
export type NewEvent = v.InferOutput<typeof newEventSchema>;

export const eventChangesSchema = v.object({
  reviewed: v.optional(v.boolean()),
  notes: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(5000)))),
});
export type EventChanges = v.InferOutput<typeof eventChangesSchema>;

export const eventFilterSchema = v.object({
  camera_id: v.optional(v.string()),
  risk_level: v.optional(riskLevel),
  start_date: v.optional(timestamp),
  end_date: v.optional(timestamp),
  reviewed: v.optional(
    v.pipe(
      v.picklist(["true", "false"], "must be true or false"),
      v.transform((given) => given === "true"),
    ),
  ),
  object_type: v.optional(v.string()),
  limit: v.optional(wholeNumber({ from: 1, to: 1000 }), "50"),
  offset: v.optional(wholeNumber({ from: 0, to: 1_000_000_000 }), "0"),
});
export type EventFilter = v.InferOutput<typeof eventFilterSchema>;

export function toRiskLevel(score: number): RiskLevel {
  if (score >= 85) return "critical";
  if (score >= 60) return "high";
  return score >= 30 ? "medium" : "low";
}
