import type { WireError } from "../errors/shakedown-error.ts";
import type { ResetOutcome, TouchedTable } from "../isolation/lease.ts";

/** Raised when a reader of old event files would misread new ones. */
export const eventFormat = 1;

interface At {
  readonly atEpochMs: number;
}

/** Said by the supervisor, to whoever holds a session. */
export type ServiceEvent = At &
  (
    | {
        readonly type: "service:starting";
        readonly service: string;
        readonly slot?: number;
        readonly waitedFor: readonly string[];
      }
    | {
        readonly type: "service:progress";
        readonly service: string;
        readonly slot?: number;
        readonly step: string;
      }
    | {
        readonly type: "service:ready";
        readonly service: string;
        readonly slot?: number;
        readonly tookMs: number;
        readonly engine: string;
        readonly provider?: ProviderShown;
        readonly note?: string;
        /** True when it was running before this session. */
        readonly attached: boolean;
      }
    | {
        readonly type: "service:failed";
        readonly service: string;
        readonly slot?: number;
        readonly error: WireError;
      }
    | {
        readonly type: "service:exited";
        readonly service: string;
        readonly slot?: number;
        readonly how: string;
        readonly logTail: readonly string[];
      }
    | {
        readonly type: "service:stopped";
        readonly service: string;
        readonly slot?: number;
        readonly tookMs?: number;
        /** What went wrong while it stopped; it is gone all the same. */
        readonly error?: WireError;
      }
    | {
        readonly type: "slot:leased";
        readonly slot: number;
        /** Of a stack that is not the run's own: its name. */
        readonly stack?: string;
        readonly generation: number;
        readonly tookMs: number;
      }
    | {
        readonly type: "slot:retired";
        readonly slot: number;
        readonly stack?: string;
        readonly service: string;
        readonly reason: string;
        readonly kept?: KeptData;
      }
    | { readonly type: "slot:returned"; readonly slot: number; readonly stack?: string }
  );

export interface ProviderShown {
  readonly kind: string;
  readonly version: string;
  readonly reason: string;
  readonly passedOver: readonly { readonly kind: string; readonly reason: string }[];
}

/** Data of a failed test that was set aside. */
export interface KeptData {
  readonly service: string;
  readonly connect: string;
  /** The command that connects without being told a password. */
  readonly command?: string;
}

/** What a test wrote to a service. */
export interface WrittenTables {
  readonly service: string;
  readonly touched: readonly TouchedTable[];
}

/** Said by the runner about the tests. */
export type TestEvent = At &
  (
    | {
        readonly type: "run:started";
        readonly format: typeof eventFormat;
        readonly runId: string;
        readonly command: string;
        readonly shakedownVersion: string;
        /** Absolute; the files of tests are below it. */
        readonly root?: string;
        readonly workers?: number;
      }
    | { readonly type: "test:started"; readonly test: TestIdentity; readonly slot?: number }
    | {
        readonly type: "test:fixtures";
        readonly testId: string;
        /** In the order in which they were set up. */
        readonly fixtures: readonly TestFixture[];
      }
    | { readonly type: "test:finished"; readonly test: TestIdentity; readonly result: TestResult }
    | {
        readonly type: "test:reset";
        readonly testId: string;
        readonly service: string;
        readonly startedEpochMs?: number;
        readonly tookMs: number;
        readonly outcome: ResetOutcome;
      }
    | {
        readonly type: "test:evidence";
        readonly testId: string;
        readonly logs: readonly LogSlice[];
        readonly kept: readonly KeptData[];
        /** Absent where a reset after the test tells it. */
        readonly wrote?: readonly WrittenTables[];
        /** Of a test that failed for a reason that is well known. */
        readonly diagnosis?: TestDiagnosis;
      }
    | { readonly type: "run:finding"; readonly message: string }
    | {
        readonly type: "run:finished";
        readonly durationMs: number;
        readonly exitCode: number;
        /** False when the data of failed tests goes with the run's services. */
        readonly keptStays?: boolean;
      }
  );

/** A well-known cause, recognised in a test's error or in what its services printed meanwhile. */
export interface TestDiagnosis {
  /** "connection-refused" */
  readonly kind: string;
  /** "nothing listens on port 5432" */
  readonly says: string;
  readonly remedy: string;
}

/** A fixture that a test took, and how long it was set up for it. */
export interface TestFixture {
  readonly name: string;
  readonly tookMs: number;
}

export interface TestIdentity {
  readonly id: string;
  readonly file: string;
  readonly suite: readonly string[];
  readonly name: string;
  readonly tags: readonly string[];
  /** The Vitest project, where it has a name. */
  readonly project?: string;
  /** Counted from 1. */
  readonly line?: number;
}

export interface TestResult {
  readonly state: "passed" | "failed" | "skipped";
  readonly startedEpochMs: number;
  /** Without the time that it took to set its data aside. */
  readonly durationMs: number;
  readonly setAsideMs?: number;
  readonly retries: number;
  readonly slot?: number;
  readonly errors: readonly TestError[];
  /** What the attempts before the last one failed with, first attempt first. */
  readonly earlierErrors?: readonly (readonly TestError[])[];
}

export interface TestError {
  readonly message: string;
  readonly stack?: string;
  readonly diff?: string;
  /** The lines of source around the place where it was thrown. */
  readonly codeFrame?: string;
}

export interface LogSlice {
  readonly service: string;
  readonly slot?: number;
  /** True where lines of other tests may be among them. */
  readonly shared: boolean;
  /** False where the test neither took the service nor needed it. */
  readonly used?: false;
  readonly lines: readonly string[];
}

export type RunEvent = ServiceEvent | TestEvent;
