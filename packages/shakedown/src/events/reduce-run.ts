import type { ResetOutcome } from "../isolation/lease.ts";
import { reduceServices, type ServiceSnapshot } from "./reduce-services.ts";
import type {
  KeptData,
  LogSlice,
  RunEvent,
  TestDiagnosis,
  TestFixture,
  TestIdentity,
  TestResult,
  WrittenTables,
} from "./run-event.ts";

/** A whole run at one glance: what its events add up to. */
export interface RunSnapshot {
  readonly runId: string;
  readonly command: string;
  readonly shakedownVersion: string;
  readonly startedEpochMs: number;
  /** Absolute; the files of tests are below it. */
  readonly root?: string;
  readonly workers?: number;
  /** Absent when the run was cut short. */
  readonly finished?: {
    readonly durationMs: number;
    readonly exitCode: number;
    /** False when the data of failed tests went with the run's services. */
    readonly keptStays?: boolean;
  };
  readonly services: readonly ServiceSnapshot[];
  /** In the order in which they finished; a test that ran again stands with its last result. */
  readonly tests: readonly TestSnapshot[];
  /** Begun and not finished, in the order in which they began. */
  readonly running: readonly RunningTest[];
  readonly retired: readonly RetiredSnapshot[];
  readonly infrastructure: InfrastructureTime;
  readonly findings: readonly string[];
}

export interface RunningTest {
  readonly test: TestIdentity;
  readonly slot?: number;
  readonly startedEpochMs: number;
}

export interface TestSnapshot {
  readonly test: TestIdentity;
  readonly result: TestResult;
  /** In the order in which they were set up, in the last attempt. */
  readonly fixtures: readonly TestFixture[];
  readonly resets: readonly {
    readonly service: string;
    readonly tookMs: number;
    readonly outcome: ResetOutcome;
    readonly startedEpochMs?: number;
  }[];
  readonly logs: readonly LogSlice[];
  readonly kept: readonly KeptData[];
  /** As the resets after it found it, or as it stood when its data was set aside. */
  readonly wrote: readonly WrittenTables[];
  readonly diagnosis?: TestDiagnosis;
}

export interface RetiredSnapshot {
  readonly slot: number;
  readonly service: string;
  readonly reason: string;
  readonly kept?: KeptData;
}

/** What the run spent on services instead of tests, added up over all workers. */
export interface InfrastructureTime {
  readonly startMs: number;
  readonly slots: number;
  readonly slotMs: number;
  readonly resets: number;
  readonly resetMs: number;
  readonly resetMedianMs: number;
  /** Resets that could not undo what was done, so that the slot was made anew. */
  readonly fallBacks: number;
}

export function reduceRun(events: readonly RunEvent[]): RunSnapshot {
  let started: Extract<RunEvent, { type: "run:started" }> | undefined;
  let finished: RunSnapshot["finished"];
  const tests = new Map<string, MutableTest>();
  const running = new Map<string, RunningTest>();
  const pending = new Map<string, MutableTest["resets"]>();
  const pendingFixtures = new Map<string, readonly TestFixture[]>();
  let fallBacks = 0;
  const retired: RetiredSnapshot[] = [];
  const findings: string[] = [];
  const starts: Interval[] = [];
  const slotTimes: number[] = [];
  const resetTimes: number[] = [];

  for (const event of events) {
    switch (event.type) {
      case "run:started":
        started = event;
        break;
      case "run:finished":
        finished = {
          durationMs: event.durationMs,
          exitCode: event.exitCode,
          ...(event.keptStays === undefined ? {} : { keptStays: event.keptStays }),
        };
        break;
      case "run:finding":
        findings.push(event.message);
        break;
      case "test:finished":
        tests.set(event.test.id, {
          test: event.test,
          result: event.result,
          fixtures: pendingFixtures.get(event.test.id) ?? [],
          resets: pending.get(event.test.id) ?? [],
          logs: [],
          kept: [],
          wrote: [],
        });
        pending.delete(event.test.id);
        pendingFixtures.delete(event.test.id);
        running.delete(event.test.id);
        break;
      case "test:started":
        running.set(event.test.id, {
          test: event.test,
          startedEpochMs: event.atEpochMs,
          ...(event.slot === undefined ? {} : { slot: event.slot }),
        });
        break;
      case "test:fixtures": {
        const known = tests.get(event.testId);
        if (known === undefined) pendingFixtures.set(event.testId, event.fixtures);
        else known.fixtures = event.fixtures;
        break;
      }
      case "test:reset": {
        if (event.outcome.kind === "retire") fallBacks += 1;
        const { service, tookMs, outcome, startedEpochMs } = event;
        const reset = {
          service,
          tookMs,
          outcome,
          ...(startedEpochMs === undefined ? {} : { startedEpochMs }),
        };
        resetTimes.push(event.tookMs);
        const known = tests.get(event.testId)?.resets ?? pending.get(event.testId);
        if (known === undefined) pending.set(event.testId, [reset]);
        else known.push(reset);
        break;
      }
      case "test:evidence": {
        const known = tests.get(event.testId);
        known?.logs.push(...event.logs);
        known?.kept.push(...event.kept);
        known?.wrote.push(...(event.wrote ?? []));
        if (known !== undefined && event.diagnosis !== undefined) known.diagnosis = event.diagnosis;
        break;
      }
      case "slot:leased":
        slotTimes.push(event.tookMs);
        break;
      case "slot:retired":
        retired.push({
          slot: event.slot,
          service: event.service,
          reason: event.reason,
          ...(event.kept === undefined ? {} : { kept: event.kept }),
        });
        break;
      case "service:ready":
        if (event.slot === undefined && !event.attached) {
          starts.push({ from: event.atEpochMs - event.tookMs, to: event.atEpochMs });
        }
        break;
      case "service:starting":
      case "service:progress":
      case "service:failed":
      case "service:exited":
      case "service:stopped":
      case "slot:returned":
        break;
    }
  }
  return {
    runId: started?.runId ?? "",
    command: started?.command ?? "",
    shakedownVersion: started?.shakedownVersion ?? "",
    startedEpochMs: started?.atEpochMs ?? 0,
    ...(started?.root === undefined ? {} : { root: started.root }),
    ...(started?.workers === undefined ? {} : { workers: started.workers }),
    ...(finished === undefined ? {} : { finished }),
    services: reduceServices(events),
    tests: [...tests.values()],
    running: finished === undefined ? [...running.values()] : [],
    retired,
    infrastructure: {
      startMs: unionLength(starts),
      slots: slotTimes.length,
      slotMs: sum(slotTimes),
      resets: resetTimes.length,
      resetMs: sum(resetTimes),
      resetMedianMs: median(resetTimes),
      fallBacks,
    },
    findings,
  };
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
type MutableTest = Mutable<TestSnapshot> & {
  resets: TestSnapshot["resets"][number][];
  logs: LogSlice[];
  kept: KeptData[];
  wrote: WrittenTables[];
};

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Services start at the same time: what counts is how long at least one was starting. */
function unionLength(intervals: readonly Interval[]): number {
  let length = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of intervals.toSorted((left, right) => left.from - right.from)) {
    length += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
