import { expect, test } from "vitest";
import { failureCauses } from "../../src/model/failure-causes.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { sampleRun } from "../sample-run.ts";

test("many failures are few causes, the commonest first", () => {
  const causes = failureCauses(toRunModel(sampleRun({ tests: 400, failing: 100 })).rows);
  expect(causes).toHaveLength(3);
  expect(causes.reduce((sum, { rows }) => sum + rows.length, 0)).toBe(100);
  expect(causes[0]?.rows.length).toBeGreaterThanOrEqual(causes[2]?.rows.length ?? Infinity);
});

test("no failures have no causes", () => {
  expect(failureCauses(toRunModel(sampleRun({ tests: 10 })).rows)).toEqual([]);
});
