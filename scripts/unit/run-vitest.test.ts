import { describe, expect, test } from "vitest";
import { countResults, type VitestResults } from "../run-vitest.ts";

function results(over: Partial<VitestResults>): VitestResults {
  return {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...over,
  };
}

const lax = (exitCode: number) => ({ exitCode, skipsNeedReasons: false });

describe("the count of a run", () => {
  test("adds skipped and todo", () => {
    expect(countResults(results({ numPendingTests: 2, numTodoTests: 1 }), lax(0))).toEqual({
      passed: 3,
      failed: 0,
      skipped: 3,
      leftOut: [],
    });
  });

  test("counts a file that does not load as a failure", () => {
    const broken = { name: "a.test.ts", status: "failed", assertionResults: [] };
    expect(countResults(results({ testResults: [broken] }), lax(1))).toMatchObject({
      passed: 3,
      failed: 1,
    });
  });

  test("counts a failed test once, not its file as well", () => {
    const file = {
      name: "a.test.ts",
      status: "failed",
      assertionResults: [{ fullName: "a", status: "failed" }],
    };
    expect(countResults(results({ numFailedTests: 1, testResults: [file] }), lax(1))).toEqual({
      passed: 3,
      failed: 1,
      skipped: 0,
      leftOut: [],
    });
  });

  test("is never green when Vitest itself was not", () => {
    expect(countResults(results({}), lax(1))).toMatchObject({
      passed: 3,
      failed: 1,
      problem: expect.stringContaining("exit status 1") as string,
    });
  });

  test("tells why tests were left out, and counts a silent skip as failed where that is asked", () => {
    const skipped = { fullName: "no word", status: "skipped" };
    const toldOff = { fullName: "told", status: "skipped", meta: { leftOut: "no psql" } };
    const file = {
      name: "a.test.ts",
      status: "passed",
      assertionResults: [skipped, toldOff, toldOff],
    };
    const counted = results({ numPendingTests: 3, testResults: [file] });
    expect(countResults(counted, lax(0))).toMatchObject({
      failed: 0,
      skipped: 3,
      leftOut: ["2 left out: no psql"],
    });
    expect(countResults(counted, { exitCode: 0, skipsNeedReasons: true })).toMatchObject({
      failed: 1,
      skipped: 2,
      problem: "skipped without a reason: no word",
    });
  });
});
