import { expect, test } from "vitest";
import type { RunEvent } from "../../../shakedown/src/events/run-event.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { successRate, verdictOf } from "../../src/model/verdict.ts";
import { sampleRun } from "../sample-run.ts";

const verdict = (events: readonly RunEvent[], live = false) =>
  verdictOf(toRunModel(events), { live });
const endingWith = (events: readonly RunEvent[], exitCode: number): RunEvent[] =>
  events.map((event) => (event.type === "run:finished" ? { ...event, exitCode } : event));

test("says in one line how a run went", () => {
  expect(verdict(sampleRun({ tests: 3 }))).toEqual({ tone: "passed", title: "All 3 tests passed" });
  expect(verdict(sampleRun({ tests: 1 })).title).toBe("1 test passed");
  expect(verdict(sampleRun({ tests: 5000, failing: 500 }))).toEqual({
    tone: "failed",
    title: "500 tests failed",
  });
  expect(verdict(sampleRun({ tests: 9, skipped: 2 })).title).toBe("7 tests passed");
  expect(verdict(sampleRun({ tests: 9, flaky: 1 }))).toEqual({
    tone: "warned",
    title: "All 9 tests passed",
    more: "1 test passed only when tried again.",
  });
});

test("has words for runs in which nothing ran", () => {
  expect(verdict([]).title).toBe("No run yet");
  expect(verdict(sampleRun({ tests: 0 })).title).toBe("No tests ran");
  expect(verdict(sampleRun({ tests: 4, skipped: 4 })).title).toBe("All 4 tests were skipped");
  expect(verdict(sampleRun({ tests: 1, skipped: 1 })).title).toBe("The only test was skipped");
});

test("a run without an end was cut short, unless it is under way", () => {
  const events = sampleRun({ tests: 20, workers: 2, cut: true });
  expect(verdict(events)).toMatchObject({ tone: "warned", title: "Cut short" });
  expect(verdict(events).more).toContain("with 2 tests under way");
  expect(verdict(events, true)).toEqual({ tone: "neutral", title: "Running, 18 tests done" });
});

test("a run fails without a failed test, and one that was ended says so", () => {
  expect(verdict(endingWith(sampleRun({ tests: 2 }), 1)).title).toBe(
    "The run failed, though no test did",
  );
  expect(verdict(endingWith(sampleRun({ tests: 0 }), 1)).title).toBe(
    "The run failed before any test",
  );
  expect(verdict(endingWith(sampleRun({ tests: 2 }), 130)).title).toBe("Interrupted");
});

test("a success rate of 100 means that none failed", () => {
  const rate = (options: Parameters<typeof sampleRun>[0]) =>
    successRate(toRunModel(sampleRun(options)).counts);
  expect(rate({ tests: 3 })).toBe("100 %");
  expect(rate({ tests: 3, failing: 1 })).toBe("66.6 %");
  expect(rate({ tests: 2000, failing: 1 })).toBe("99.9 %");
  expect(rate({ tests: 0 })).toBe("–");
});
