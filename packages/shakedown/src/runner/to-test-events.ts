import type { SerializedError } from "vitest";
import type { TestCase, TestModule, TestSuite } from "vitest/node";
import { type ErrorCode, errorCodes } from "../errors/codes.ts";
import type { TestIdentity, TestResult } from "../events/run-event.ts";
import type { TestMeta } from "../fixtures/test-meta.ts";

/** A finished test as an event says it. */
export function toTestFinished(test: TestCase): {
  readonly test: TestIdentity;
  readonly result: TestResult;
} {
  const result = test.result();
  const diagnostic = test.diagnostic();
  const slot = metaOf(test)?.slot;
  return {
    test: {
      id: test.id,
      file: test.module.relativeModuleId,
      suite: suiteNames(test),
      name: test.name,
      tags: test.tags,
    },
    result: {
      state: result.state === "pending" ? "skipped" : result.state,
      startedEpochMs: Math.round(diagnostic?.startTime ?? Date.now()),
      durationMs: diagnostic?.duration ?? 0,
      retries: diagnostic?.retryCount ?? 0,
      ...(slot === undefined ? {} : { slot }),
      errors: (result.state === "failed" ? result.errors : []).map(toError),
    },
  };
}

/** What went wrong in a file outside its tests (its import, hooks around a suite) stands as a failed test of its own. */
export function toFailedAround(
  task: TestModule | TestSuite,
): { readonly test: TestIdentity; readonly result: TestResult } | undefined {
  const errors = task.errors();
  if (errors.length === 0) return undefined;
  const module = task.type === "module" ? task : task.module;
  return {
    test: {
      id: `${task.id}_around`,
      file: module.relativeModuleId,
      suite: task.type === "module" ? [] : [...suiteNames(task), task.name],
      name: task.type === "module" ? "(the file itself)" : "(hooks of the suite)",
      tags: [],
    },
    result: {
      state: "failed",
      startedEpochMs: Date.now(),
      durationMs: 0,
      retries: 0,
      errors: errors.map(toError),
    },
  };
}

export function metaOf(task: TestCase | TestModule): TestMeta | undefined {
  return task.meta().shakedown;
}

/** Vitest's name for a task, as workers see it: file and suites included. */
export function fullNameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

/** The code of an error of ours; errors of the tests have none. */
export function codeOf(error: SerializedError): ErrorCode | undefined {
  const code = error["code"];
  return error.name === "ShakedownError" &&
    typeof code === "string" &&
    Object.hasOwn(errorCodes, code)
    ? (code as ErrorCode)
    : undefined;
}

export function toError(error: SerializedError): TestResult["errors"][number] {
  const hint = codeOf(error) === undefined ? undefined : error["hint"];
  const logTail = codeOf(error) === undefined ? undefined : tailOf(error["details"]);
  const diff = error["diff"];
  return {
    message: [
      error.name === undefined || /^(AssertionError|Error|ShakedownError)$/.test(error.name)
        ? error.message
        : `${error.name}: ${error.message}`,
      // Where the fixtures told an error in full, its log is in the message.
      ...(logTail ?? [])
        .filter((line) => !error.message.includes(line))
        .map((line) => `  │ ${line}`),
      ...(typeof hint === "string" ? [`→ ${hint}`] : []),
    ].join("\n"),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(typeof diff === "string" ? { diff } : {}),
  };
}

function tailOf(details: unknown): readonly string[] | undefined {
  const tail =
    typeof details === "object" && details !== null && "logTail" in details
      ? details.logTail
      : undefined;
  return Array.isArray(tail)
    ? tail.filter((line): line is string => typeof line === "string").slice(-20)
    : undefined;
}

function suiteNames(task: TestCase | TestSuite): string[] {
  const names: string[] = [];
  for (let parent = task.parent; parent.type === "suite"; parent = parent.parent)
    names.unshift(parent.name);
  return names;
}
