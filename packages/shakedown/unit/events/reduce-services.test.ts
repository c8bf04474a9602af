import { expect, test } from "vitest";
import { reduceServices } from "../../src/events/reduce-services.ts";
import type { RunEvent } from "../../src/events/run-event.ts";
import { exampleRun } from "../reports/example-run.ts";

test("a start stands with what it waited for, its steps and its end", () => {
  const events: RunEvent[] = [
    { type: "service:starting", service: "api", waitedFor: ["db"], atEpochMs: 100 },
    { type: "service:progress", service: "api", step: "building", atEpochMs: 110 },
    {
      type: "service:ready",
      service: "api",
      tookMs: 50,
      engine: "command",
      attached: false,
      atEpochMs: 150,
    },
  ];
  expect(reduceServices(events)[0]?.starts).toEqual([
    {
      fromEpochMs: 100,
      readyEpochMs: 150,
      waitedFor: ["db"],
      steps: [{ atEpochMs: 110, step: "building" }],
    },
  ]);
});

test("parts of slots, which say only that they are ready, are starts, too; what ran before is none", () => {
  const byName = new Map(reduceServices(exampleRun).map((service) => [service.name, service]));
  expect(byName.get("api")?.starts).toMatchObject([
    { slot: 0, readyEpochMs: 1_795_000_000_225, fromEpochMs: 1_795_000_000_055 },
    { slot: 1 },
  ]);
  expect(byName.get("cache")?.starts).toEqual([]);
});

test("what went wrong while a service stopped is told", () => {
  const error = { code: "INTERNAL", message: "would not go" } as const;
  const [db] = reduceServices([{ type: "service:stopped", service: "db", error, atEpochMs: 1 }]);
  expect(db?.stopFailures).toEqual(["would not go"]);
});
