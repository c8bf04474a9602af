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

export interface Outcome extends Count {
  readonly problem?: string;
  /** Why tests were left out, each reason with how many they are. */
  readonly leftOut: readonly string[];
}

/** Runs one group's tests. The count comes from Vitest's own JSON; a run that ends badly without one counts as a failure. */
export async function runVitest(
  group: Group,
  { vitestArguments, resultFile }: RunVitestOptions,
): Promise<Outcome> {
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
      leftOut: [],
      problem: `Vitest wrote no results (exit status ${exitCode})`,
    };
  }
  return countResults(JSON.parse(readFileSync(resultFile, "utf8")) as VitestResults, {
    exitCode,
    // What a filter leaves out needs no reason.
    skipsNeedReasons: process.env["SHAKEDOWN_REQUIRE"] === "all" && vitestArguments.length === 0,
  });
}

export interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      /** See packages/shakedown/service/need.ts. */
      readonly meta?: { readonly leftOut?: string };
    }[];
  }[];
}

export interface CountOptions {
  readonly exitCode: number;
  /** A test that is skipped and does not say why counts as failed. */
  readonly skipsNeedReasons: boolean;
}

/** A file that fails without a failed test (it does not load) counts as one failure; so do errors outside of all files. */
export function countResults(
  results: VitestResults,
  { exitCode, skipsNeedReasons }: CountOptions,
): Outcome {
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
  const unexplained = skipsNeedReasons ? skippedSilently(results) : [];
  const failed = results.numFailedTests + brokenFiles + unexplained.length;
  const count = {
    passed: results.numPassedTests,
    skipped: results.numPendingTests + results.numTodoTests - unexplained.length,
    leftOut: reasonsOf(results),
  };
  if (unexplained.length > 0)
    return { ...count, failed, problem: `skipped without a reason: ${unexplained.join("; ")}` };
  if (exitCode !== 0 && failed === 0) {
    return {
      ...count,
      failed: 1,
      problem: `every test passed, but Vitest ended with exit status ${exitCode}`,
    };
  }
  return { ...count, failed };
}

function skippedSilently({ testResults }: VitestResults): readonly string[] {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, meta }) => /skipped|pending/.test(status) && meta?.leftOut === undefined)
    .map(({ fullName }) => fullName);
}

function reasonsOf({ testResults }: VitestResults): readonly string[] {
  const counts = new Map<string, number>();
  for (const { meta } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    if (meta?.leftOut !== undefined) counts.set(meta.leftOut, (counts.get(meta.leftOut) ?? 0) + 1);
  }
  return [...counts].map(([reason, tests]) => `${tests} left out: ${reason}`);
}
