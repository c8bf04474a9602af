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

describe("the count of a run", () => {
  test("adds skipped and todo", () => {
    expect(countResults(results({ numPendingTests: 2, numTodoTests: 1 }), 0)).toEqual({
      passed: 3,
      failed: 0,
      skipped: 3,
    });
  });

  test("counts a file that does not load as a failure", () => {
    const broken = { name: "a.test.ts", status: "failed", assertionResults: [] };
    expect(countResults(results({ testResults: [broken] }), 1)).toMatchObject({
      passed: 3,
      failed: 1,
    });
  });

  test("counts a failed test once, not its file as well", () => {
    const file = { name: "a.test.ts", status: "failed", assertionResults: [{ status: "failed" }] };
    expect(countResults(results({ numFailedTests: 1, testResults: [file] }), 1)).toEqual({
      passed: 3,
      failed: 1,
      skipped: 0,
    });
  });

  test("is never green when Vitest itself was not", () => {
    expect(countResults(results({}), 1)).toMatchObject({
      passed: 3,
      failed: 1,
      problem: expect.stringContaining("exit status 1") as string,
    });
  });
});
