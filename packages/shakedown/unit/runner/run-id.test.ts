import { expect, test } from "vitest";
import { makeRunId } from "../../src/runner/run-id.ts";

test("a run's id is its local time and four random digits", () => {
  expect(makeRunId(new Date(2026, 10, 1, 9, 2), "3f9a")).toBe("2026-11-01-0902-3f9a");
  expect(makeRunId(new Date())).toMatch(/^\d{4}-\d\d-\d\d-\d{4}-[0-9a-f]{4}$/);
});
