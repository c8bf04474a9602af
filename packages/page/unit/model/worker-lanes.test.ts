import { expect, test } from "vitest";
import { toRunModel } from "../../src/model/run-model.ts";
import { workerLanes } from "../../src/model/worker-lanes.ts";
import { sampleRun } from "../sample-run.ts";

test("each slot has a lane with its tests, resets and its making", () => {
  const { lanes } = workerLanes(toRunModel(sampleRun({ tests: 60, workers: 3 })));
  expect(lanes.map(({ slot }) => slot)).toEqual([0, 1, 2]);
  expect(lanes.reduce((sum, { tests }) => sum + tests, 0)).toBe(60);
  for (const { spans } of lanes) {
    expect(spans[0]?.kind).toBe("slot");
    expect(spans.some(({ kind }) => kind === "reset")).toBe(true);
  }
});

test("a lane's parts add up to the run", () => {
  const { lanes } = workerLanes(toRunModel(sampleRun({ tests: 60, workers: 3 })));
  const sums = lanes.map(({ testMs, resetMs, slotMs, idleMs }) =>
    Math.round(testMs + resetMs + slotMs + idleMs),
  );
  expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(1);
});

test("tests of one slot that ran at the same time are drawn beside each other", () => {
  const events = sampleRun({ tests: 2, workers: 1 }).map((event) =>
    event.type === "test:finished"
      ? { ...event, result: { ...event.result, startedEpochMs: 1000, durationMs: 50 } }
      : event,
  );
  const { lanes } = workerLanes(toRunModel(events));
  expect(lanes.map(({ slot, tests }) => [slot, tests])).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test("5 000 tests have their lanes in a moment", () => {
  const model = toRunModel(sampleRun({ tests: 5000, workers: 8 }));
  const { user } = process.cpuUsage();
  expect(workerLanes(model).lanes).toHaveLength(8);
  expect((process.cpuUsage().user - user) / 1000).toBeLessThan(500);
});

test("a reset is drawn where it was, and a slot of another stack says of which", () => {
  const events = sampleRun({ tests: 2, workers: 1 }).map((event) => {
    if (event.type === "slot:leased") return { ...event, stack: "billing" };
    return event.type === "test:reset" ? { ...event, startedEpochMs: 777 } : event;
  });
  const spans = workerLanes(toRunModel(events)).lanes.flatMap((lane) => lane.spans);
  expect(spans.find(({ kind }) => kind === "reset")?.from).toBe(777);
  expect(spans.find(({ kind }) => kind === "slot")?.text).toBe("slot of billing made");
});
