import * as v from "valibot";
import { detectionOfEventSchema } from "../detections/detection.ts";
import { offsetPaging, pagedFilter } from "../http/paging.ts";
import { oneOf, text, timeSpan, timestamp, wholeFrom, yesOrNo } from "../http/validation.ts";

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
  readonly llm_prompt: string | null;
  readonly object_types: readonly string[];
  readonly clip_path: string | null;
  /** Judged at once, without waiting for the rest of its batch. */
  readonly is_fast_path: boolean;
  readonly reviewed: boolean;
  readonly notes: string | null;
  readonly deleted_at: Date | null;
}

const riskLevel = oneOf(riskLevels);

/** What the analysis of one batch of pictures hands in. */
export const newEventSchema = v.pipe(
  v.object({
    batch_id: text(100),
    camera_id: text(100),
    started_at: v.optional(timestamp, () => new Date().toISOString()),
    ended_at: v.optional(timestamp),
    risk_score: v.optional(wholeFrom(0, 100)),
    risk_level: v.optional(riskLevel),
    summary: v.optional(text(2000)),
    reasoning: v.optional(text(10_000)),
    llm_prompt: v.optional(text(100_000)),
    object_types: v.optional(v.array(text(50))),
    clip_path: v.optional(text(500)),
    is_fast_path: v.optional(v.boolean(), false),
    detections: v.optional(
      v.pipe(v.array(detectionOfEventSchema), v.maxLength(100, "must have at most 100 parts")),
      [],
    ),
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
    object_types: [
      ...new Set(event.object_types ?? event.detections.map((each) => each.object_type)),
    ].toSorted(),
  })),
);
export type NewEvent = v.InferOutput<typeof newEventSchema>;

export const eventChangesSchema = v.object({
  reviewed: v.optional(v.boolean()),
  notes: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(5000)))),
});
export type EventChanges = v.InferOutput<typeof eventChangesSchema>;

const filterEntries = {
  camera_id: v.optional(v.string()),
  risk_level: v.optional(riskLevel),
  reviewed: v.optional(yesOrNo),
  object_type: v.optional(v.string()),
  ...timeSpan(),
};

export const eventFilterSchema = pagedFilter(filterEntries);
export type EventFilter = v.InferOutput<typeof eventFilterSchema>;

/** Words as a search engine takes them: `person -dog "front door"`. The best match comes first. */
export const eventSearchSchema = v.object({
  ...filterEntries,
  ...offsetPaging(),
  q: text(200),
});
export type EventSearch = v.InferOutput<typeof eventSearchSchema>;

/** A mark on many events at once. */
export const reviewSchema = v.object({
  ids: v.pipe(
    v.array(wholeFrom(1, 2_147_483_647)),
    v.minLength(1, "must not be empty"),
    v.maxLength(1000, "must have at most 1000 parts"),
  ),
  reviewed: v.boolean(),
});

export function toRiskLevel(score: number): RiskLevel {
  if (score >= 85) return "critical";
  if (score >= 60) return "high";
  return score >= 30 ? "medium" : "low";
}
