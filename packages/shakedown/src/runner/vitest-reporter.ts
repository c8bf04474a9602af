import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite } from "vitest/node";
import { type ErrorCode, errorCodes } from "../errors/codes.ts";
import type { RunEvent, TestEvent } from "../events/run-event.ts";
import type { SessionClient } from "../supervisor/session.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import {
  codeOf,
  fullNameOf,
  metaOf,
  toError,
  toFailedAround,
  toTestFinished,
} from "./to-test-events.ts";

/** Beyond these, the first failures say enough, and reading logs takes longer than the run. */
const mostEvidence = 25;

export interface RunReporter extends Reporter {
  /** Codes of our own errors, of everything that failed; `undefined` for a failure of the test's own. */
  readonly failures: readonly (ErrorCode | undefined)[];
}

export interface RunReporterOptions {
  readonly say: (event: RunEvent) => void;
  readonly logs: SessionClient["logs"];
}

/** Turns what Vitest reports, and what our fixtures note on each test, into the run's events. */
export function runReporter({ say, logs }: RunReporterOptions): RunReporter {
  const failures: (ErrorCode | undefined)[] = [];
  const failed: TestCase[] = [];

  return {
    failures,
    onTestCaseResult(test) {
      say({ type: "test:finished", ...toTestFinished(test), atEpochMs: Date.now() });
      sayMeta(test);
      if (test.result().state !== "failed") return;
      failed.push(test);
      noteFailure(test.result().errors ?? []);
    },
    onTestSuiteResult: sayFailedAround,
    onTestModuleEnd(module) {
      sayFailedAround(module);
      sayMeta(module);
    },
    async onTestRunEnd(_modules, unhandled, reason) {
      // A Ctrl-C in a terminal reaches the workers, too: Vitest reports their ends, which are no news.
      for (const error of reason === "interrupted" ? [] : unhandled) {
        say({
          type: "run:finding",
          message: `outside of all tests: ${toError(error).message}`,
          atEpochMs: Date.now(),
        });
        noteFailure([error]);
      }
      await sayEvidence(reason);
    },
  };

  function noteFailure(errors: readonly SerializedError[]): void {
    failures.push(...(errors.length === 0 ? [undefined] : errors.map(codeOf)));
  }

  function sayFailedAround(task: TestModule | TestSuite): void {
    const around = toFailedAround(task);
    if (around === undefined) return;
    say({ type: "test:finished", ...around, atEpochMs: Date.now() });
    noteFailure(task.errors());
  }

  function sayMeta(task: TestCase | TestModule): void {
    const meta = metaOf(task);
    if (meta === undefined) return;
    const module = task.type === "module" ? task : task.module;
    const testId = writerOf(meta.resetsUndo, module) ?? task.id;
    for (const reset of meta.resets)
      say({ type: "test:reset", testId, ...reset, atEpochMs: Date.now() });
    for (const finding of meta.findings ?? []) {
      say({
        type: "run:finding",
        message: `${task.type === "module" ? task.relativeModuleId : fullNameOf(task)}: ${finding}`,
        atEpochMs: Date.now(),
      });
    }
  }

  async function sayEvidence(reason: TestRunEndReason): Promise<void> {
    for (const test of failed.splice(0).slice(0, mostEvidence)) {
      const meta = metaOf(test);
      const after = meta?.retired?.filter(({ when }) => when === "after") ?? [];
      const slices = await gatherEvidence({
        logs,
        result: toTestFinished(test).result,
        retireMs: after.reduce((sum, { tookMs }) => sum + tookMs, 0),
        ...(meta === undefined ? {} : { services: meta.services }),
      }).catch((error: unknown) => {
        // An interrupted run has lost its session: its tests are still told, without logs.
        if (reason !== "interrupted") say(noLogs(error));
        return [];
      });
      const kept = after.flatMap((retirement) => retirement.kept);
      const wrote = after.flatMap((retirement) => retirement.wrote ?? []);
      if (slices.length === 0 && kept.length === 0 && wrote.length === 0) continue;
      say({
        type: "test:evidence",
        testId: test.id,
        logs: slices,
        kept,
        ...(wrote.length === 0 ? {} : { wrote }),
        atEpochMs: Date.now(),
      });
    }
  }
}

/** The exit status that failures of our own call for; 1 as soon as one test failed by itself. */
export function exitCodeOf(failures: readonly (ErrorCode | undefined)[]): 1 | 2 | 3 | 4 {
  const classes = failures.map((code) => (code === undefined ? 1 : errorCodes[code].exit));
  return classes.length === 0 || classes.includes(1) ? 1 : (Math.max(...classes) as 2 | 3 | 4);
}

function noLogs(error: unknown): TestEvent {
  return {
    type: "run:finding",
    message: `the services' logs could not be read: ${String(error)}`,
    atEpochMs: Date.now(),
  };
}

/** The reset before a test finds what the test before it wrote: that one's id. */
function writerOf(fullName: string | undefined, module: TestModule): string | undefined {
  if (fullName === undefined) return undefined;
  for (const test of module.children.allTests()) if (fullNameOf(test) === fullName) return test.id;
  return undefined;
}
