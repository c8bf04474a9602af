import { expect, test } from "vitest";
import { exitCodeOf } from "../../src/runner/vitest-reporter.ts";

test("one failure of a test's own makes it a test failure, whatever else went wrong", () => {
  expect(exitCodeOf([undefined, "START_FAILED", "INTERNAL"])).toBe(1);
  expect(exitCodeOf(["WAIT_TIMEOUT"])).toBe(1);
});

test("when only services failed, the machine is to blame; a bug of ours is worse", () => {
  expect(exitCodeOf(["START_FAILED", "TEST_SETUP"])).toBe(3);
  expect(exitCodeOf(["START_FAILED", "INTERNAL"])).toBe(4);
  expect(exitCodeOf(["TEST_SETUP"])).toBe(2);
});

test("a run that failed without any failure said (no test files) counts as failed tests", () => {
  expect(exitCodeOf([])).toBe(1);
});
