import { expect, test } from "vitest";
import {
  type ComparedRun,
  parseWorkerCounts,
  renderComparison,
  worstExitCode,
} from "../../src/cli/compare-workers.ts";
import { reduceRun } from "../../src/events/reduce-run.ts";
import { runFolder } from "../../src/runner/run-folder.ts";
import { exampleRun } from "../reports/example-run.ts";

test("numbers of workers are read, anything else is refused", () => {
  expect(parseWorkerCounts("1,2, 8")).toEqual([1, 2, 8]);
  for (const wrong of ["", "1,,2", "0", "many"])
    expect(() => parseWorkerCounts(wrong)).toThrow("numbers of workers");
});

test("the first run is the measure of the others", () => {
  const run = reduceRun(exampleRun);
  const taking = (workers: number, durationMs: number): ComparedRun => ({
    workers,
    exitCode: 1,
    run: { ...run, finished: { durationMs, exitCode: 1 } },
    folder: runFolder("/state", run.runId),
  });
  expect(`\n${renderComparison([taking(1, 10_000), taking(2, 5200)])}`).toMatchInlineSnapshot(`
    "
     workers  took    speed-up
     1        10.0 s  1.00 ×    3 tests, 1 failed
     2        5.2 s   1.92 ×    3 tests, 1 failed
    "
  `);
});

test("the worst exit status counts", () => {
  expect(worstExitCode([{ exitCode: 0 }, { exitCode: 3 }, { exitCode: 1 }])).toBe(3);
  expect(worstExitCode([])).toBe(0);
});
