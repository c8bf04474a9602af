import type { ServiceEvent, ProviderShown } from "../events/run-event.ts";
import type { SlotLease } from "../isolation/lease.ts";
import type { ProcessIdentity } from "../process/identity.ts";
import type { StackPlan } from "../stack/plan.ts";
import type { WireError } from "../errors/shakedown-error.ts";

/** Raised when a client of another version would be misunderstood. */
export const protocolVersion = 1;

/** `GET /`: who is there. */
export interface SupervisorInfo extends ProcessIdentity {
  readonly protocol: typeof protocolVersion;
  readonly version: string;
  readonly stackFile: string;
}

/** `POST /sessions`: the answer streams JSON lines until either side ends it; the session lives as long as the stream. */
export interface OpenSession {
  readonly holder: ProcessIdentity;
  readonly purpose: "up" | "run" | "exec" | "lease";
  readonly plan: StackPlan;
  readonly environment: Readonly<Record<string, string>>;
}

export type SessionLine =
  | { readonly type: "session:opened"; readonly session: string }
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

/** `POST /sessions/:session/slots/:slot/retire`: sets the slot's data aside and fills it anew. */
export interface RetireSlot {
  readonly service: string;
  readonly reason: string;
  /** Keep the data for a person to look at. At most three are kept; the oldest goes. */
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
  readonly sessions: readonly {
    readonly id: string;
    readonly purpose: string;
    readonly holder: ProcessIdentity;
    readonly sinceEpochMs: number;
  }[];
  readonly services: readonly ServiceStatus[];
  readonly slots: readonly {
    readonly slot: number;
    readonly generation: number;
    readonly held: boolean;
    readonly services: readonly string[];
  }[];
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
