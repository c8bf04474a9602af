import { expect, test } from "vitest";
import { folderSummaries } from "../../src/model/folders.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { median, percentile } from "../../src/model/statistics.ts";
import { ticks } from "../../src/model/ticks.ts";
import { sampleRun } from "../sample-run.ts";

test("ticks are round and as many as asked for, more or less", () => {
  expect(ticks(0, 818, 7)).toEqual([0, 200, 400, 600, 800]);
  expect(ticks(10, 10, 7)).toEqual([10]);
});

test("percentiles are values that occurred", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([1, 2, 3, 4], 0.95)).toBe(4);
  expect(median([])).toBe(0);
});

test("tests are summed up by folder, those with failures first", () => {
  const folders = folderSummaries(toRunModel(sampleRun({ tests: 240, failing: 5 })).rows);
  expect(folders.map(({ folder }) => folder).toSorted()).toEqual([
    "tests/api/",
    "tests/database/",
    "tests/pipeline/",
    "tests/services/",
    "tests/websocket/",
  ]);
  expect(folders[0]?.counts.failed).toBeGreaterThan(0);
  expect(folders.reduce((sum, { counts }) => sum + counts.all, 0)).toBe(240);
});

test("tests of one folder are summed up by file", () => {
  expect(folderSummaries(toRunModel(sampleRun({ tests: 24 })).rows)[0]?.folder).toBe(
    "tests/api/cameras.test.ts",
  );
});
