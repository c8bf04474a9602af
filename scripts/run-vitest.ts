import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.ts";
import { flagsForReadOnlyModules } from "./read-only-modules.ts";
import type { Count } from "./test-count.ts";
import type { Group } from "./test-groups.ts";

export interface RunVitestOptions {
  readonly vitestArguments: readonly string[];
  /** Where Vitest writes what the count is taken from. */
  readonly resultFile: string;
}

/** Runs one group's tests. The count comes from Vitest's own JSON; a run that ends badly without one counts as a failure. */
export async function runVitest(
  group: Group,
  { vitestArguments, resultFile }: RunVitestOptions,
): Promise<Count & { readonly problem?: string }> {
  const exitCode = await new Promise<number>((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        join(root, "node_modules", "vitest", "vitest.mjs"),
        "run",
        ...(group.project === undefined ? [] : ["--project", group.project]),
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${resultFile}`,
        ...flagsForReadOnlyModules(),
        ...vitestArguments,
      ],
      { cwd: group.folder, stdio: ["ignore", "inherit", "inherit"] },
    );
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal === null ? (code ?? 1) : 128));
  });
  if (!existsSync(resultFile)) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      problem: `Vitest wrote no results (exit status ${exitCode})`,
    };
  }
  return countResults(JSON.parse(readFileSync(resultFile, "utf8")) as VitestResults, exitCode);
}

export interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** A file that fails without a failed test (it does not load) counts as one failure; so do errors outside of all files. */
export function countResults(
  results: VitestResults,
  exitCode: number,
): Count & { readonly problem?: string } {
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const failed = results.numFailedTests + brokenFiles;
  const count = {
    passed: results.numPassedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  };
  if (exitCode !== 0 && failed === 0) {
    return {
      ...count,
      failed: 1,
      problem: `every test passed, but Vitest ended with exit status ${exitCode}`,
    };
  }
  return { ...count, failed };
}
