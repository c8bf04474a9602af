import * as v from "valibot";
import { days, timeOfDay, type Weekday } from "../alert-rules/schedule.ts";
import { riskLevels, type RiskLevel } from "../events/event.ts";
import { oneOf, text, wholeFrom } from "../http/validation.ts";

export const sounds = ["none", "default", "alert", "chime", "urgent"] as const;

/** For the whole installation. */
export interface NotificationPreferences {
  readonly enabled: boolean;
  readonly sound: (typeof sounds)[number];
  readonly risk_levels: readonly RiskLevel[];
  readonly updated_at: Date;
}

export const preferenceChangesSchema = v.object({
  enabled: v.optional(v.boolean()),
  sound: v.optional(oneOf(sounds)),
  risk_levels: v.optional(v.array(oneOf(riskLevels))),
});
export type PreferenceChanges = v.InferOutput<typeof preferenceChangesSchema>;

export interface CameraNotificationSettings {
  readonly camera_id: string;
  readonly enabled: boolean;
  /** Events below it are kept quiet. */
  readonly risk_threshold: number;
  readonly updated_at: Date;
}

export const cameraSettingsSchema = v.object({
  enabled: v.optional(v.boolean(), true),
  risk_threshold: v.optional(wholeFrom(0, 100), 0),
});
export type NewCameraSettings = v.InferOutput<typeof cameraSettingsSchema>;

/** Nobody is notified meanwhile. From 22:00 to 06:00 spans midnight. */
export interface QuietHours {
  readonly id: number;
  readonly label: string;
  readonly start_time: string;
  readonly end_time: string;
  readonly days: readonly Weekday[];
}

export const quietHoursSchema = v.pipe(
  v.object({
    label: text(100),
    start_time: timeOfDay,
    end_time: timeOfDay,
    days: v.optional(days),
  }),
  v.check(
    ({ start_time, end_time }) => start_time !== end_time,
    "start_time and end_time must differ",
  ),
);
export type NewQuietHours = v.InferOutput<typeof quietHoursSchema>;
