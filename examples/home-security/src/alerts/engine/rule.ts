import type { AlertRule } from "../../alert-rules/alert-rule.ts";
import type { Detection } from "../../detections/detection.ts";
import type { SecurityEvent } from "../../events/event.ts";

export type RuleConditions = Pick<
  AlertRule,
  "risk_threshold" | "object_types" | "camera_ids" | "zone_ids" | "min_confidence" | "schedule"
>;

/** What the rules look at. */
export type JudgedEvent = Pick<
  SecurityEvent,
  "id" | "camera_id" | "risk_score" | "risk_level" | "started_at"
>;

export type SeenObject = Pick<Detection, "object_type" | "confidence"> & {
  /** The zones of the camera in which it was. */
  readonly zone_ids: readonly string[];
};
