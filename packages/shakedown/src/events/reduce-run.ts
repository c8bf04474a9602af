import type { ResetOutcome } from "../isolation/lease.ts";
import type {
  KeptData,
  LogSlice,
  ProviderShown,
  RunEvent,
  ServiceEvent,
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
  /** Absent when the run was cut short. */
  readonly finished?: { readonly durationMs: number; readonly exitCode: number };
  readonly services: readonly ServiceSnapshot[];
  /** In the order in which they finished; a test that ran again stands with its last result. */
  readonly tests: readonly TestSnapshot[];
  readonly retired: readonly RetiredSnapshot[];
  readonly infrastructure: InfrastructureTime;
  readonly findings: readonly string[];
}

export interface ServiceSnapshot {
  readonly name: string;
  readonly engine?: string;
  readonly provider?: ProviderShown;
  readonly note?: string;
  /** True when it was running before the run. */
  readonly attached: boolean;
  /** The start of the run's part. */
  readonly startMs?: number;
  /** How long each slot's part took, by slot. */
  readonly slotStartMs: Readonly<Record<number, number>>;
  readonly failures: readonly string[];
  readonly exits: readonly {
    readonly slot?: number;
    readonly how: string;
    readonly logTail: readonly string[];
  }[];
}

export interface TestSnapshot {
  readonly test: TestIdentity;
  readonly result: TestResult;
  readonly resets: readonly {
    readonly service: string;
    readonly tookMs: number;
    readonly outcome: ResetOutcome;
  }[];
  readonly logs: readonly LogSlice[];
  readonly kept: readonly KeptData[];
  /** As the resets after it found it, or as it stood when its data was set aside. */
  readonly wrote: readonly WrittenTables[];
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
}

export function reduceRun(events: Iterable<RunEvent>): RunSnapshot {
  let started: Extract<RunEvent, { type: "run:started" }> | undefined;
  let finished: RunSnapshot["finished"];
  const services = new Map<string, MutableService>();
  const tests = new Map<string, MutableTest>();
  const pending = new Map<string, MutableTest["resets"]>();
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
        finished = { durationMs: event.durationMs, exitCode: event.exitCode };
        break;
      case "run:finding":
        findings.push(event.message);
        break;
      case "test:finished":
        tests.set(event.test.id, {
          test: event.test,
          result: event.result,
          resets: pending.get(event.test.id) ?? [],
          logs: [],
          kept: [],
          wrote: [],
        });
        pending.delete(event.test.id);
        break;
      case "test:reset": {
        const reset = { service: event.service, tookMs: event.tookMs, outcome: event.outcome };
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
        break;
      }
      case "slot:leased":
        slotTimes.push(event.tookMs);
        break;
      case "slot:returned":
      case "test:started":
      case "test:fixtures":
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
        addServiceEvent(services, event);
        break;
      case "service:starting":
      case "service:progress":
      case "service:failed":
      case "service:exited":
      case "service:stopped":
        addServiceEvent(services, event);
        break;
    }
  }
  return {
    runId: started?.runId ?? "",
    command: started?.command ?? "",
    shakedownVersion: started?.shakedownVersion ?? "",
    startedEpochMs: started?.atEpochMs ?? 0,
    ...(finished === undefined ? {} : { finished }),
    services: [...services.values()],
    tests: [...tests.values()],
    retired,
    infrastructure: {
      startMs: unionLength(starts),
      slots: slotTimes.length,
      slotMs: sum(slotTimes),
      resets: resetTimes.length,
      resetMs: sum(resetTimes),
      resetMedianMs: median(resetTimes),
    },
    findings,
  };
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
type MutableService = Mutable<ServiceSnapshot> & {
  slotStartMs: Record<number, number>;
  failures: string[];
  exits: ServiceSnapshot["exits"][number][];
};
type MutableTest = Mutable<TestSnapshot> & {
  resets: TestSnapshot["resets"][number][];
  logs: LogSlice[];
  kept: KeptData[];
  wrote: WrittenTables[];
};
type EventOfService = Extract<ServiceEvent, { type: `service:${string}` }>;

function addServiceEvent(services: Map<string, MutableService>, event: EventOfService): void {
  let service = services.get(event.service);
  if (service === undefined) {
    service = { name: event.service, attached: false, slotStartMs: {}, failures: [], exits: [] };
    services.set(event.service, service);
  }
  switch (event.type) {
    case "service:ready":
      service.engine = event.engine;
      if (event.provider !== undefined) service.provider = event.provider;
      if (event.note !== undefined) service.note = event.note;
      if (event.slot === undefined) {
        // Said again for each slot that asks for it: the first time counts.
        if (service.startMs !== undefined) break;
        service.startMs = event.tookMs;
        service.attached = event.attached;
      } else {
        service.slotStartMs[event.slot] ??= event.tookMs;
      }
      break;
    case "service:failed":
      service.failures.push(event.error.message);
      break;
    case "service:exited":
      service.exits.push({
        ...(event.slot === undefined ? {} : { slot: event.slot }),
        how: event.how,
        logTail: event.logTail,
      });
      break;
    case "service:starting":
    case "service:progress":
    case "service:stopped":
      break;
  }
}

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
