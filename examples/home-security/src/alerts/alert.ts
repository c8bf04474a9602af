import * as v from "valibot";
import { pagedFilter } from "../http/paging.ts";
import { jsonObject, oneOf, serial, text, timeSpan, wholeFrom } from "../http/validation.ts";

export const severities = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

export const alertStatuses = ["pending", "delivered", "acknowledged", "dismissed"] as const;
export type AlertStatus = (typeof alertStatuses)[number];

export interface Alert {
  readonly id: string;
  readonly event_id: number;
  readonly rule_id: string | null;
  readonly severity: Severity;
  readonly status: AlertStatus;
  /** Alerts with the same key within a rule's cooldown are one alert. */
  readonly dedup_key: string;
  readonly channels: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Rises with each change: whoever changes an alert says which version it has seen. */
  readonly version_id: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly delivered_at: Date | null;
}

/** What may follow a status. Nothing leads back. */
const nextStatuses: Readonly<Record<AlertStatus, readonly AlertStatus[]>> = {
  pending: ["delivered", "acknowledged", "dismissed"],
  delivered: ["acknowledged", "dismissed"],
  acknowledged: ["dismissed"],
  dismissed: [],
};

export function mayFollow(from: AlertStatus, to: AlertStatus): boolean {
  return nextStatuses[from].includes(to);
}

export const newAlertSchema = v.object({
  event_id: wholeFrom(1, 2_147_483_647),
  rule_id: v.optional(v.pipe(v.string(), v.uuid("must be a UUID"))),
  severity: oneOf(severities),
  dedup_key: text(255),
  channels: v.optional(v.array(text(50)), []),
  metadata: v.optional(jsonObject, {}),
});
export type NewAlert = v.InferOutput<typeof newAlertSchema>;

const version = wholeFrom(1, 2_147_483_647);

export const alertChangesSchema = v.object({
  version_id: version,
  status: v.optional(oneOf(alertStatuses)),
  severity: v.optional(oneOf(severities)),
  metadata: v.optional(jsonObject),
});
export type AlertChanges = Omit<v.InferOutput<typeof alertChangesSchema>, "version_id">;

export const seenVersionSchema = v.object({ version_id: version });

export const alertFilterSchema = pagedFilter({
  status: v.optional(oneOf(alertStatuses)),
  severity: v.optional(oneOf(severities)),
  min_severity: v.optional(oneOf(severities)),
  event_id: v.optional(serial),
  rule_id: v.optional(v.pipe(v.string(), v.uuid("must be a UUID"))),
  ...timeSpan(),
});
export type AlertFilter = v.InferOutput<typeof alertFilterSchema>;
