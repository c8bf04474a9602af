import * as v from "valibot";
import { oneOf } from "../http/validation.ts";

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

/** `22:00`; a day ends at `23:59`. */
export const timeOfDay = v.pipe(
  v.string(),
  v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 22:00"),
);

export const days = v.pipe(v.array(oneOf(weekdays)), v.minLength(1, "must not be empty"));

/** When a rule holds. From 22:00 to 06:00 spans midnight, and belongs to the day on which it begins. */
export const scheduleSchema = v.object({
  days: v.optional(days),
  start_time: timeOfDay,
  end_time: timeOfDay,
  timezone: v.optional(
    v.pipe(v.string(), v.check(isTimeZone, "must be a time zone such as Europe/Berlin")),
    "UTC",
  ),
});
export type Schedule = v.InferOutput<typeof scheduleSchema>;

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    // That is how a name that is none is told.
    return false;
  }
}
