import { expect, test } from "vitest";
import { toRunModel } from "../../src/model/run-model.ts";
import { sampleRun } from "../sample-run.ts";

test("counts what the options of the sample asked for", () => {
  const { counts } = toRunModel(sampleRun({ tests: 100, failing: 7, skipped: 4, flaky: 3 }));
  expect(counts).toEqual({ all: 100, failed: 7, skipped: 4, flaky: 3, passed: 86, running: 0 });
});

test("tests of one file stand together, and of one suite within it", () => {
  const { rows } = toRunModel(sampleRun({ tests: 200 }));
  const places = rows.map(({ file, suite }) => `${file} ${suite}`);
  expect(new Set(places).size).toBe(places.filter((place, at) => place !== places[at - 1]).length);
  expect(rows.map(({ file }) => file)).toEqual(rows.map(({ file }) => file).toSorted());
});

test("tests under way stand among the others when a run is cut short", () => {
  const { counts, run } = toRunModel(sampleRun({ tests: 20, workers: 4, cut: true }));
  expect(counts.running).toBe(4);
  expect(run.finished).toBeUndefined();
});

test("tags and files are counted", () => {
  const { tags, files } = toRunModel(sampleRun({ tests: 48 }));
  expect(tags.get("critical")).toBe(10);
  expect([...files.values()].map(({ all }) => all)).toEqual([24, 24]);
});

test("no events are a run with nothing in it", () => {
  const model = toRunModel([]);
  expect(model.rows).toEqual([]);
  expect(model.run.runId).toBe("");
});
