import { expect, test } from "vitest";
import { reduceRun } from "../../src/events/reduce-run.ts";
import { writtenLines } from "../../src/reports/written-lines.ts";
import { exampleRun } from "./example-run.ts";

function linesOf(wrote?: { readonly service: string; readonly rows: number }): string[] {
  const run = reduceRun([
    ...exampleRun,
    {
      type: "test:evidence",
      testId: "2",
      logs: [],
      kept: [],
      ...(wrote === undefined
        ? {}
        : {
            wrote: [{ service: wrote.service, touched: [{ name: "cameras", rows: wrote.rows }] }],
          }),
      atEpochMs: 0,
    },
  ]);
  return run.tests.filter(({ test: { id } }) => id === "2").flatMap(writtenLines);
}

test("what a test wrote is what the resets after it found", () => {
  expect(linesOf()).toEqual(["db: cameras (1 row), events (3 rows)"]);
});

test("what stood when its data was set aside is said instead, where both are known", () => {
  expect(linesOf({ service: "db", rows: 2 })).toEqual(["db: cameras (2 rows)"]);
  expect(linesOf({ service: "other", rows: 2 })).toHaveLength(2);
});
