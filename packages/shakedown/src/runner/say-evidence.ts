import type { TestCase, TestRunEndReason } from "vitest/node";
import type {
  KeptData,
  LogSlice,
  RunEvent,
  TestDiagnosis,
  WrittenTables,
} from "../events/run-event.ts";
import type { Retirement } from "../fixtures/test-meta.ts";
import { diagnoseFailure } from "./diagnose-failure.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import type { StacksOfRun } from "./stacks-of-run.ts";
import { fullNameOf, metaOf, toTestFinished } from "./to-test-events.ts";

/** Beyond these, the first failures say enough, and reading logs takes longer than the run. */
const mostFailed = 25;
/** Of tests that passed, the slow ones have something to explain. */
const mostSlow = 10;
const slowFromMs = 500;

export interface SayEvidenceOptions {
  readonly tests: readonly TestCase[];
  readonly stacks: StacksOfRun;
  readonly say: (event: RunEvent) => void;
  readonly reason: TestRunEndReason;
}

/**
 * Says of tests what their services did meanwhile: the log lines of those that failed, were tried again or took long, and
 * of all what they wrote and where their data is kept.
 */
export async function sayEvidence(options: SayEvidenceOptions): Promise<void> {
  const { tests, say } = options;
  const withLogs = toBeExplained(tests);
  const stillKept = keptNow(options);
  let isTold = false;
  for (const test of tests) {
    const meta = metaOf(test);
    const after = meta?.retired?.filter(({ when }) => when === "after") ?? [];
    if (after.length === 0 && !withLogs.has(test)) continue;
    const named = <Item extends { readonly service: string }>(item: Item): Item => ({
      ...item,
      service: options.stacks.nameOf(meta?.stack, item.service),
    });
    const logs: LogSlice[] = withLogs.has(test)
      ? await logsOf(test, options).catch((error: unknown) => {
          // An interrupted run has lost its session: its tests are still told, without logs.
          if (options.reason !== "interrupted" && !isTold) say(noLogs(error));
          isTold = true;
          return [];
        })
      : [];
    const kept: KeptData[] = (await stillKept(test, after)).map(named);
    const wrote: WrittenTables[] = after.flatMap((retirement) => retirement.wrote ?? []).map(named);
    const diagnosis = await diagnosisOf(test, logs, options);
    if (logs.length + kept.length + wrote.length === 0 && diagnosis === undefined) continue;
    say({
      type: "test:evidence",
      testId: test.id,
      logs: logs.map(named),
      kept,
      ...(wrote.length === 0 ? {} : { wrote }),
      ...(diagnosis === undefined ? {} : { diagnosis }),
      atEpochMs: Date.now(),
    });
  }
}

async function diagnosisOf(
  test: TestCase,
  logs: readonly LogSlice[],
  { stacks }: SayEvidenceOptions,
): Promise<TestDiagnosis | undefined> {
  const { state, errors, startedEpochMs, durationMs } = toTestFinished(test).result;
  if (state !== "failed") return undefined;
  const listeners = () => stacks.listeners(metaOf(test)?.stack);
  const endedEpochMs = startedEpochMs + durationMs;
  return diagnoseFailure({ errors, logs, endedEpochMs, listeners });
}

/** Of a test's data, what is there at the end: the newest goes before the oldest. */
function keptNow({
  tests,
  stacks,
}: SayEvidenceOptions): (test: TestCase, after: readonly Retirement[]) => Promise<KeptData[]> {
  const there = new Map<string, ReturnType<StacksOfRun["kept"]>>();
  const named = Map.groupBy(tests, ({ name }) => name);
  return async (test, after) => {
    const stackFile = metaOf(test)?.stack;
    if (stackFile === undefined || after.every(({ kept }) => kept.length === 0)) return [];
    const asked = there.get(stackFile) ?? stacks.kept(stackFile);
    there.set(stackFile, asked);
    const now = await asked;
    return after.flatMap(({ reason, kept }) =>
      kept
        .filter(({ service }) => now.some((at) => at.service === service && at.reason === reason))
        .map(({ service, connect }) => {
          const name = named.get(test.name)?.length === 1 ? test.name : fullNameOf(test);
          const command = stacks.connectCommand({ stackFile, service, test: name });
          return { service, connect, command };
        }),
    );
  };
}

function toBeExplained(tests: readonly TestCase[]): ReadonlySet<TestCase> {
  const failed = tests.filter(
    (test) => test.result().state === "failed" || (test.diagnostic()?.retryCount ?? 0) > 0,
  );
  const slow = tests
    .filter((test) => durationOf(test) >= slowFromMs)
    .toSorted((left, right) => durationOf(right) - durationOf(left));
  return new Set([...failed.slice(0, mostFailed), ...slow.slice(0, mostSlow)]);
}

function durationOf(test: TestCase): number {
  return test.diagnostic()?.duration ?? 0;
}

function logsOf(test: TestCase, { stacks }: SayEvidenceOptions): Promise<LogSlice[]> {
  const meta = metaOf(test);
  return gatherEvidence({
    logs: (query) => stacks.logs(meta?.stack, query),
    result: toTestFinished(test).result,
    ...(meta === undefined ? {} : { services: meta.services }),
  });
}

function noLogs(error: unknown): RunEvent {
  return {
    type: "run:finding",
    message: `the services' logs could not be read: ${String(error)}`,
    atEpochMs: Date.now(),
  };
}
