import { type Schedule, weekdays } from "../../alert-rules/schedule.ts";

/** Whether a moment lies in the schedule: its first minute does, its last one does not. */
export function isAwake({ days, start_time, end_time, timezone }: Schedule, at: Date): boolean {
  const { day, minute } = localTime(at, timezone);
  const start = minutesOf(start_time);
  const end = minutesOf(end_time);
  const beginsOn = (index: number): boolean => {
    const name = weekdays[index];
    return days === undefined || days.length === 0 || (name !== undefined && days.includes(name));
  };
  if (start < end) return beginsOn(day) && minute >= start && minute < end;
  // It spans midnight (or a whole day, where both are the same): before the end, it is yesterday's.
  if (minute >= start) return beginsOn(day);
  return minute < end && beginsOn((day + 6) % 7);
}

function minutesOf(clock: string): number {
  const [hours = Number.NaN, minutes = Number.NaN] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

function localTime(at: Date, timeZone: string): { readonly day: number; readonly minute: number } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((candidate) => candidate.type === type)?.value ?? "";
  return {
    day: weekdays.findIndex((name) => name === part("weekday").toLowerCase()),
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  };
}
