import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite } from "vitest/node";
import { type ErrorCode, errorCodes } from "../errors/codes.ts";
import type { RunEvent } from "../events/run-event.ts";
import { sayEvidence } from "./say-evidence.ts";
import type { StacksOfRun } from "./stacks-of-run.ts";
import {
  codeOf,
  fullNameOf,
  metaOf,
  toError,
  toFailedAround,
  toIdentity,
  toTestFinished,
} from "./to-test-events.ts";

export interface RunReporter extends Reporter {
  /** Codes of our own errors, of everything that failed; `undefined` for a failure of the test's own. */
  readonly failures: readonly (ErrorCode | undefined)[];
}

export interface RunReporterOptions {
  readonly say: (event: RunEvent) => void;
  readonly stacks: StacksOfRun;
}

/** Turns what Vitest reports, and what our fixtures note on each test, into the run's events. */
export function runReporter({ say, stacks }: RunReporterOptions): RunReporter {
  const failures: (ErrorCode | undefined)[] = [];
  const finished: TestCase[] = [];

  return {
    failures,
    onTestCaseReady(test) {
      say({ type: "test:started", test: toIdentity(test), atEpochMs: Date.now() });
    },
    onTestCaseResult(test) {
      sayFixtures(test);
      say({ type: "test:finished", ...toTestFinished(test), atEpochMs: Date.now() });
      sayMeta(test);
      finished.push(test);
      const result = test.result();
      if (result.state === "failed") noteFailure(result.errors);
    },
    onTestSuiteResult: sayFailedAround,
    onTestModuleEnd(module) {
      sayFailedAround(module);
      sayMeta(module);
    },
    async onTestRunEnd(
      _modules: unknown,
      unhandled: readonly SerializedError[],
      reason: TestRunEndReason,
    ) {
      // A Ctrl-C in a terminal reaches the workers, too: Vitest reports their ends, which are no news.
      for (const error of reason === "interrupted" ? [] : unhandled) {
        say({
          type: "run:finding",
          message: `outside of all tests: ${toError(error).message}`,
          atEpochMs: Date.now(),
        });
        noteFailure([error]);
      }
      await sayEvidence({ tests: finished.splice(0), stacks, say, reason });
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

  function sayFixtures(test: TestCase): void {
    const fixtures = test.meta().shakedownFixtures;
    if (fixtures === undefined) return;
    const stack = metaOf(test)?.stack;
    const named = fixtures.map(({ name, tookMs }) => ({
      name: stacks.nameOf(stack, name),
      tookMs,
    }));
    say({ type: "test:fixtures", testId: test.id, fixtures: named, atEpochMs: Date.now() });
  }

  function sayMeta(task: TestCase | TestModule): void {
    const meta = metaOf(task);
    if (meta === undefined) return;
    const module = task.type === "module" ? task : task.module;
    const testId = writerOf(meta.resetsUndo, module) ?? task.id;
    for (const reset of meta.resets) {
      const service = stacks.nameOf(meta.stack, reset.service);
      say({ type: "test:reset", testId, ...reset, service, atEpochMs: Date.now() });
    }
    for (const finding of meta.findings ?? []) {
      say({
        type: "run:finding",
        message: `${task.type === "module" ? task.relativeModuleId : fullNameOf(task)}: ${finding}`,
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

/** The reset before a test finds what the test before it wrote: that one's id. */
function writerOf(fullName: string | undefined, module: TestModule): string | undefined {
  if (fullName === undefined) return undefined;
  for (const test of module.children.allTests()) if (fullNameOf(test) === fullName) return test.id;
  return undefined;
}
