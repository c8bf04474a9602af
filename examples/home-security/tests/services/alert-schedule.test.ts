import { describe, test } from "vitest";
import type { Schedule } from "../../src/alert-rules/schedule.ts";
import { isAwake } from "../../src/alerts/engine/schedule.ts";

// 2026-01-05 is a Monday.
const monday = (clock: string): Date => new Date(`2026-01-05T${clock}Z`);
const tuesday = (clock: string): Date => new Date(`2026-01-06T${clock}Z`);

const night: Schedule = { start_time: "22:00", end_time: "06:00", timezone: "UTC" };
const workingHours: Schedule = { start_time: "09:00", end_time: "17:00", timezone: "UTC" };

describe("a rule's schedule", { tags: ["services"] }, () => {
  test.for([
    ["08:59:59", false],
    ["09:00:00", true],
    ["12:30:00", true],
    ["16:59:59", true],
    ["17:00:00", false],
  ] as const)("from 09:00 to 17:00, at %s: %s", ([clock, awake], { expect }) => {
    expect(isAwake(workingHours, monday(clock))).toBe(awake);
  });

  test.for([
    ["21:59:59", false],
    ["22:00:00", true],
    ["23:59:59", true],
    ["00:00:00", true],
    ["05:59:59", true],
    ["06:00:00", false],
    ["12:00:00", false],
  ] as const)("across midnight, at %s: %s", ([clock, awake], { expect }) => {
    expect(isAwake(night, monday(clock))).toBe(awake);
  });

  test("the night belongs to the day on which it begins", ({ expect }) => {
    const mondayNight = { ...night, days: ["monday" as const] };

    expect(isAwake(mondayNight, monday("23:00:00"))).toBe(true);
    expect(isAwake(mondayNight, tuesday("05:00:00"))).toBe(true);
    expect(isAwake(mondayNight, monday("05:00:00"))).toBe(false);
    expect(isAwake(mondayNight, tuesday("23:00:00"))).toBe(false);
  });

  test("the night before Monday is Sunday's", ({ expect }) => {
    const sundayNight = { ...night, days: ["sunday" as const] };

    expect(isAwake(sundayNight, monday("05:00:00"))).toBe(true);
  });

  test("days narrow a schedule that does not span midnight", ({ expect }) => {
    const mondays = { ...workingHours, days: ["monday" as const, "friday" as const] };

    expect(isAwake(mondays, monday("12:00:00"))).toBe(true);
    expect(isAwake(mondays, tuesday("12:00:00"))).toBe(false);
  });

  test("the same time at both ends is a whole day", ({ expect }) => {
    const wholeMonday: Schedule = {
      start_time: "06:00",
      end_time: "06:00",
      timezone: "UTC",
      days: ["monday"],
    };

    expect(isAwake(wholeMonday, monday("06:00:00"))).toBe(true);
    expect(isAwake(wholeMonday, tuesday("05:59:00"))).toBe(true);
    expect(isAwake(wholeMonday, tuesday("06:00:00"))).toBe(false);
  });

  test("clocks are those of its time zone, and so are days", ({ expect }) => {
    const tokyo: Schedule = { ...workingHours, timezone: "Asia/Tokyo", days: ["tuesday"] };

    // 00:30 in UTC is 09:30 in Tokyo, where it is Tuesday already.
    expect(isAwake(tokyo, tuesday("00:30:00"))).toBe(true);
    expect(isAwake(tokyo, tuesday("12:00:00"))).toBe(false);
  });

  test("it follows summer time", ({ expect }) => {
    const berlin: Schedule = { start_time: "22:00", end_time: "23:00", timezone: "Europe/Berlin" };

    expect(isAwake(berlin, new Date("2026-01-05T21:30:00Z"))).toBe(true);
    expect(isAwake(berlin, new Date("2026-07-06T21:30:00Z"))).toBe(false);
    expect(isAwake(berlin, new Date("2026-07-06T20:30:00Z"))).toBe(true);
  });
});
