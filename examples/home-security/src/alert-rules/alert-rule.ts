import * as v from "valibot";
import { severities, type Severity } from "../alerts/alert.ts";
import { offsetPaging } from "../http/paging.ts";
import { numberFrom, oneOf, text, wholeFrom, yesOrNo } from "../http/validation.ts";
import { scheduleSchema, type Schedule } from "./schedule.ts";

/** Raises an alert for events that meet all conditions that it has. A condition that is null does not narrow. */
export interface AlertRule {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly enabled: boolean;
  readonly severity: Severity;
  readonly risk_threshold: number | null;
  readonly object_types: readonly string[] | null;
  readonly camera_ids: readonly string[] | null;
  readonly zone_ids: readonly string[] | null;
  readonly min_confidence: number | null;
  readonly schedule: Schedule | null;
  readonly dedup_key_template: string;
  readonly cooldown_seconds: number;
  readonly channels: readonly string[];
  readonly created_at: Date;
  readonly updated_at: Date;
}

const placeholders = ["camera_id", "rule_id", "object_type", "risk_level"];

const template = v.pipe(
  text(255),
  v.check(
    (given) =>
      Array.from(given.matchAll(/\{([^}]*)\}/g)).every(([, name = ""]) =>
        placeholders.includes(name),
      ),
    `may hold ${placeholders.map((name) => `{${name}}`).join(", ")}`,
  ),
);

const names = v.nullable(v.pipe(v.array(text(100)), v.minLength(1, "must not be empty")));

const entries = {
  description: v.optional(v.nullable(text(1000))),
  enabled: v.optional(v.boolean()),
  severity: v.optional(oneOf(severities)),
  risk_threshold: v.optional(v.nullable(wholeFrom(0, 100))),
  object_types: v.optional(names),
  camera_ids: v.optional(names),
  zone_ids: v.optional(names),
  min_confidence: v.optional(v.nullable(numberFrom(0, 1))),
  schedule: v.optional(v.nullable(scheduleSchema)),
  dedup_key_template: v.optional(template),
  cooldown_seconds: v.optional(wholeFrom(0, 604_800)),
  channels: v.optional(v.array(text(50))),
};

export const newAlertRuleSchema = v.object({ name: text(100), ...entries });
export type NewAlertRule = v.InferOutput<typeof newAlertRuleSchema>;

export const alertRuleChangesSchema = v.object({ name: v.optional(text(100)), ...entries });
export type AlertRuleChanges = v.InferOutput<typeof alertRuleChangesSchema>;

export const alertRuleFilterSchema = v.object({
  enabled: v.optional(yesOrNo),
  severity: v.optional(oneOf(severities)),
  ...offsetPaging(),
});
export type AlertRuleFilter = v.InferOutput<typeof alertRuleFilterSchema>;
