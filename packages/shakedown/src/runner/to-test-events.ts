import { stripVTControlCharacters } from "node:util";
import type { SerializedError } from "vitest";
import type { TestCase, TestModule, TestSuite } from "vitest/node";
import { type ErrorCode, errorCodes } from "../errors/codes.ts";
import type { TestError, TestIdentity, TestResult } from "../events/run-event.ts";
import type { TestMeta } from "../fixtures/test-meta.ts";
import { failureFrame } from "./failure-frame.ts";

/** A finished test as an event says it. */
export function toTestFinished(test: TestCase): {
  readonly test: TestIdentity;
  readonly result: TestResult;
} {
  const result = test.result();
  const diagnostic = test.diagnostic();
  const { slot, retired = [] } = metaOf(test) ?? {};
  const setAsideMs = retired
    .filter(({ when }) => when === "after")
    .reduce((sum, { tookMs }) => sum + tookMs, 0);
  const { errors, earlierErrors } = errorsByAttempt(test);
  return {
    test: toIdentity(test),
    result: {
      state: result.state === "pending" ? "skipped" : result.state,
      startedEpochMs: Math.round(diagnostic?.startTime ?? Date.now()),
      durationMs: Math.max(0, (diagnostic?.duration ?? 0) - setAsideMs),
      ...(setAsideMs === 0 ? {} : { setAsideMs }),
      retries: diagnostic?.retryCount ?? 0,
      ...(slot === undefined ? {} : { slot }),
      errors,
      ...(earlierErrors.length === 0 ? {} : { earlierErrors }),
    },
  };
}

export function toIdentity(test: TestCase): TestIdentity {
  const { name: project } = test.project;
  return {
    id: test.id,
    file: test.module.relativeModuleId,
    suite: suiteNames(test),
    name: test.name,
    tags: test.tags,
    ...(project === "" ? {} : { project }),
    ...(test.location === undefined ? {} : { line: test.location.line }),
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
      ...(module.project.name === "" ? {} : { project: module.project.name }),
    },
    result: {
      state: "failed",
      startedEpochMs: Date.now(),
      durationMs: 0,
      retries: 0,
      errors: errors.map((error) => toError(error, module.project.config.root)),
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

/** With the lines of source around its place where the folder with the tests is given. */
export function toError(error: SerializedError, root?: string): TestError {
  const hint = codeOf(error) === undefined ? undefined : error["hint"];
  const logTail = codeOf(error) === undefined ? undefined : tailOf(error["details"]);
  const diff = error["diff"];
  const frame = root === undefined ? undefined : failureFrame(error, root);
  const plain = (text: string): string => stripVTControlCharacters(text);
  return {
    message: plain(
      [
        error.name === undefined || /^(AssertionError|Error|ShakedownError)$/.test(error.name)
          ? error.message
          : `${error.name}: ${error.message}`,
        // Where the fixtures told an error in full, its log is in the message.
        ...(logTail ?? [])
          .filter((line) => !error.message.includes(line))
          .map((line) => `  │ ${line}`),
        ...(typeof hint === "string" ? [`→ ${hint}`] : []),
      ].join("\n"),
    ),
    ...(error.stack === undefined ? {} : { stack: plain(error.stack) }),
    // Vitest colours it for its own terminal.
    ...(typeof diff === "string" ? { diff: plain(diff) } : {}),
    ...(frame === undefined ? {} : { codeFrame: frame }),
  };
}

/** Vitest gathers the errors of all attempts in one list. */
function errorsByAttempt(test: TestCase): {
  readonly errors: readonly TestError[];
  readonly earlierErrors: readonly (readonly TestError[])[];
} {
  const { root } = test.project.config;
  const { state, errors: all = [] } = test.result();
  const earlier = test
    .attempts()
    .slice(0, -1)
    .map(({ errors = [] }) => errors);
  const told = earlier.reduce((sum, { length }) => sum + length, 0);
  return {
    // An attempt's own list does not have what came after it: of a reset, of a hook around the test.
    errors: state === "failed" ? all.slice(told).map((error) => toError(error, root)) : [],
    earlierErrors: earlier.map((errors) => errors.map((error) => toError(error, root))),
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
