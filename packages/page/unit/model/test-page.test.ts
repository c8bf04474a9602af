import { expect, test } from "vitest";
import type { TestSnapshot } from "../../../shakedown/src/events/reduce-run.ts";
import { testTimes } from "../../src/model/test-times.ts";
import { writtenTables } from "../../src/model/written-tables.ts";

const snapshot: TestSnapshot = {
  test: { id: "1", file: "a.test.ts", suite: [], name: "a", tags: [] },
  result: { state: "passed", startedEpochMs: 0, durationMs: 100, retries: 0, errors: [] },
  fixtures: [
    { name: "db", tookMs: 20 },
    { name: "api", tookMs: 30 },
  ],
  resets: [
    {
      service: "db",
      tookMs: 4,
      outcome: { kind: "restored", touched: [{ name: "cameras", rows: 2 }] },
    },
    { service: "cache", tookMs: 1, outcome: { kind: "clean" } },
  ],
  logs: [],
  kept: [],
  wrote: [],
};

test("a test's time is its fixtures', its own, and its resets'", () => {
  expect(testTimes(snapshot).map(({ kind, name, ms }) => [kind, name, ms])).toEqual([
    ["fixture", "db", 20],
    ["fixture", "api", 30],
    ["body", "the test itself", 50],
    ["reset", "db", 4],
    ["reset", "cache", 1],
  ]);
});

test("what a test wrote is told by service, with what became of it", () => {
  expect(writtenTables(snapshot)).toEqual([
    { service: "db", tables: [{ name: "cameras", rows: 2 }], after: "put back" },
  ]);
});

test("data that was set aside counts before what resets of earlier attempts found", () => {
  const wrote = [{ service: "db", touched: [{ name: "events", rows: 7 }] }];
  const kept = [{ service: "db", connect: "psql" }];
  expect(writtenTables({ ...snapshot, wrote, kept })).toEqual([
    { service: "db", tables: [{ name: "events", rows: 7 }], after: "set aside" },
  ]);
});
