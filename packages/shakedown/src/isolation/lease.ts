import type { JsonValue } from "../errors/shakedown-error.ts";
import type { Outputs } from "../stack/references.ts";
import type { Lifetime } from "../stack/service.ts";

/** One service's part of a slot, as the supervisor hands it out. */
export interface ServiceLease {
  readonly service: string;
  readonly engine: string;
  readonly per: Lifetime;
  /** What references see: `url`, `host`, `port`… */
  readonly outputs: Outputs;
  /** What only this engine's client reads: control URL, way of resetting… May hold secrets; never printed. */
  readonly control: Readonly<Record<string, JsonValue>>;
}

/** A worker's place: its share of every service that it asked for, with those that they need. */
export interface SlotLease {
  /** 0, 1, 2… Stable for a worker's whole run; also part of database names. */
  readonly slot: number;
  /** Goes up each time the slot was retired and filled anew. */
  readonly generation: number;
  readonly services: Readonly<Record<string, ServiceLease>>;
  /** A file that grows when a service dies or is replaced; `bytes` is its size at the time of this lease. */
  readonly changes: { readonly file: string; readonly bytes: number };
}

/** What a reset found and did. `retire` says that undoing in place is not possible: the worker asks for a fresh slot. */
export type ResetOutcome =
  | { readonly kind: "clean" }
  | { readonly kind: "restored"; readonly touched: readonly TouchedTable[] }
  | { readonly kind: "retire"; readonly reason: string; readonly touched: readonly TouchedTable[] };

/** A table (or the like) that was written since the last reset, with the number of rows put right. */
export interface TouchedTable {
  readonly name: string;
  readonly rows: number;
  /** Of a failed test: the first changed rows as text, `- ` before those that are gone, `+ ` before those that came. */
  readonly changes?: readonly string[];
}

export interface OpenClientContext {
  /** Where the stack file stands; relative paths are relative to it. */
  readonly root: string;
  /** The outputs of the services that this one needs, and its own as `self`. */
  readonly references: Readonly<Record<string, Outputs>>;
  /** Asks the supervisor to stop and start this service's process of this slot. Gives the new outputs. */
  readonly restart: () => Promise<ServiceLease>;
  /** Asks the supervisor to stop it until the next `restart`. */
  readonly pause: () => Promise<ServiceLease>;
  /** The service's log lines since `sinceEpochMs`, newest last, for failure texts. */
  readonly logLines: (sinceEpochMs: number, most: number) => Promise<readonly string[]>;
  /**
   * Forgets the modules that this process has loaded, so that the next import evaluates them anew: an application in this
   * process reads its environment again. Absent where the test runner has no way to do so.
   */
  readonly forgetModules?: () => void;
  /** True where the environment says that this is a CI machine. */
  readonly ci: boolean;
}

/**
 * The test side of a leased service.
 *
 * Levels: 0 is the baseline, taken when the slot was made. `mark(1)` makes the present state level 1 (rows from a file's
 * `beforeAll`), `mark(2)` the one inside it, and so on. `reset(n)` returns to level n and forgets all levels above.
 */
export interface LeaseClient<Handle = unknown> extends AsyncDisposable {
  readonly handle: Handle;
  /** Before data is reset: stops what would write meanwhile. */
  quiesce?(): Promise<void>;
  reset(level: number): Promise<ResetOutcome>;
  mark(level: number): Promise<void>;
  /** What was written since the level that stands, without changing anything: asked before a failed test's data is set aside. */
  touched?(): Promise<readonly TouchedTable[]>;
  /** After data was reset: tells the application. */
  resume?(): Promise<void>;
  /** What lives for one test: starts for it, when its data is in place. */
  begin?(): Promise<void>;
  /** What lives for one test: its test is over, or none has begun. Stops what runs. */
  end?(): Promise<void>;
}
