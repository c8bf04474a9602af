import { expect, test } from "vitest";
import { parseSince } from "../../src/cli/parse-since.ts";

const now = new Date(2026, 10, 21, 13, 0, 0);

test("a span, a time of today and a date are points in time", () => {
  expect(now.getTime() - parseSince("90s", now)).toBe(90_000);
  expect(now.getTime() - parseSince("1.5h", now)).toBe(5_400_000);
  expect(parseSince("12:30", now)).toBe(new Date(2026, 10, 21, 12, 30).getTime());
  expect(parseSince("12:30:05", now)).toBe(new Date(2026, 10, 21, 12, 30, 5).getTime());
  expect(parseSince("2026-11-20T10:00:00Z", now)).toBe(Date.UTC(2026, 10, 20, 10));
});

test("anything else is refused", () => {
  expect(() => parseSince("yesterday", now)).toThrow('--since is "yesterday"');
});
