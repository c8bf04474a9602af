import type { ServiceEvent, ProviderShown } from "../events/run-event.ts";
import type { SlotLease } from "../isolation/lease.ts";
import type { ProcessIdentity } from "../process/identity.ts";
import type { StackPlan } from "../stack/plan.ts";
import type { WireError } from "../errors/shakedown-error.ts";
import type { Reuse } from "./reuse-record.ts";

/** Raised when a client of another version would be misunderstood. */
export const protocolVersion = 1;

/** `GET /`: who is there. */
export interface SupervisorInfo extends ProcessIdentity {
  readonly protocol: typeof protocolVersion;
  readonly version: string;
  /** Tells two builds of one version apart. */
  readonly build?: string;
  /** The version of Node.js that it runs on. */
  readonly node?: string;
  readonly stackFile: string;
}

/** `POST /sessions`: the answer streams JSON lines until either side ends it; the session lives as long as the stream. */
export interface OpenSession {
  readonly holder: ProcessIdentity;
  readonly purpose: "up" | "run" | "exec" | "lease" | "connect" | "ui";
  readonly plan: StackPlan;
  readonly environment: Readonly<Record<string, string>>;
  /** The services outlive the session, until nobody came for `idleMs`; 0 is no limit. */
  readonly keep?: { readonly idleMs: number };
  /** Not what `up` keeps: services of its own, which end with their sessions. */
  readonly fresh?: boolean;
  /** Whatever runs, also where it is made from something else than this plan: to look at it. */
  readonly asItIs?: boolean;
}

export type SessionLine =
  | { readonly type: "session:opened"; readonly session: string; readonly reuse?: Reuse }
  | { readonly type: "session:ended"; readonly reason: string; readonly error?: WireError }
  | { readonly type: "event"; readonly event: ServiceEvent };

/** `POST /sessions/:session/start`: waits until the run's part of these services (all, when absent) is ready. */
export interface StartServices {
  readonly services?: readonly string[];
}

/** `POST /sessions/:session/slots`: a slot with these services and those that they need. */
export interface BorrowSlot {
  readonly holder: ProcessIdentity;
  /** The worker's pool number, from 0. A second claim of the same number in one session takes over. */
  readonly wish: number;
  readonly services: readonly string[];
}

/** A service that died, or was stopped by hand; or, without a service, the end of everything. */
export interface ServiceChange {
  readonly service?: string;
  /** Absent where it concerns all. */
  readonly slot?: number;
  readonly how: string;
  readonly logTail: readonly string[];
  readonly atEpochMs: number;
}

/** `GET /sessions/:session/slots/:slot/changes?since=<bytes>` */
export interface ServiceChanges {
  readonly changes: readonly ServiceChange[];
  /** The size of the slot's file of changes now. */
  readonly bytes: number;
}

/** `POST /sessions/:session/slots/:slot/retire`: sets the slot's data aside and fills it anew. */
export interface RetireSlot {
  readonly service: string;
  readonly reason: string;
  /** Keep the data for a person to look at. That of three tests is kept; the oldest goes. */
  readonly keep: boolean;
  readonly services: readonly string[];
}

export interface RetiredSlot {
  readonly lease: SlotLease;
  readonly kept: readonly { readonly service: string; readonly connect: string }[];
}

/** `GET /status` */
export interface SupervisorStatus extends SupervisorInfo {
  readonly startedEpochMs: number;
  readonly memoryBytes: number;
  readonly keep: boolean;
  /** Who it belongs to: the name of the user, or the number. */
  readonly owner?: string;
  /** How long it is kept without a client; 0 is no limit. */
  readonly idleMs?: number;
  /** Absent while a session is open, and without a limit. */
  readonly idleStopsAtEpochMs?: number;
  /** How the services that run came to be, or why what ran before them was not used. */
  readonly reuse?: Reuse;
  readonly sessions: readonly {
    readonly id: string;
    readonly purpose: string;
    readonly holder: ProcessIdentity;
    readonly sinceEpochMs: number;
    /** The command line of its holder, where that can be seen. */
    readonly command?: string;
  }[];
  readonly services: readonly ServiceStatus[];
  readonly slots: readonly {
    readonly slot: number;
    readonly generation: number;
    readonly held: boolean;
    /** The worker that has borrowed it. */
    readonly holder?: ProcessIdentity;
    readonly services: readonly string[];
  }[];
  /** Data of failed tests that is kept, the newest last. */
  readonly kept?: readonly KeptStatus[];
}

export interface KeptStatus {
  readonly service: string;
  readonly slot: number;
  /** `"a test" failed` */
  readonly reason: string;
  readonly atEpochMs: number;
}

export interface ServiceStatus {
  readonly name: string;
  readonly engine: string;
  readonly per: string;
  readonly state: "idle" | "starting" | "ready" | "stopping" | "failed" | "exited";
  readonly provider?: ProviderShown;
  /** With its password taken out. */
  readonly url?: string;
  readonly detail?: string;
  /** Of the run's part and of all slots: those that the supervisor started itself, without their children. */
  readonly pids?: readonly number[];
  readonly sinceEpochMs?: number;
  /** Of these processes and their children: what is theirs alone, and what they share once. */
  readonly memoryBytes?: number;
}

/** `POST /services/:service/restart|stop|start`: done by hand, for everybody. */
export type ServiceAction = "restart" | "stop" | "start";

export interface ServiceActed {
  /** Those that were stopped or started: the one that was named, and those that need it. */
  readonly services: readonly string[];
  /** Slots whose own process was restarted. */
  readonly slots: readonly number[];
  /** Whether data outlived it; without data to keep, "fresh". */
  readonly data: "kept" | "fresh";
}
