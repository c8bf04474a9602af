import type { ServiceEvent } from "../events/run-event.ts";
import type { ServiceLease, SlotLease } from "../isolation/lease.ts";
import type { SurveyedRung } from "../providers/survey-rungs.ts";
import type { StackPlan } from "../stack/plan.ts";
import type {
  BorrowSlot,
  OpenSession,
  RetiredSlot,
  RetireSlot,
  ServiceChanges,
  SupervisorStatus,
} from "./protocol.ts";
import type { Reuse } from "./reuse-record.ts";

/** How a worker finds the session that its run's main process holds: passed by environment or by the test runner. */
export interface SessionAddress {
  readonly socket: string;
  readonly session: string;
}

export interface LogQuery {
  readonly service?: string;
  readonly slot?: number;
  readonly sinceEpochMs?: number;
  readonly untilEpochMs?: number;
  readonly tail?: number;
}

export interface LogLines {
  readonly service: string;
  readonly slot?: number;
  /** "2026-11-21T09:00:00.123Z out listening on 8080" */
  readonly lines: readonly string[];
}

/** What may be done under a session; workers and the holder alike. Closing it ends only this connection. */
export interface SessionClient extends AsyncDisposable {
  readonly address: SessionAddress;
  start(services?: readonly string[]): Promise<void>;
  borrow(request: Omit<BorrowSlot, "holder">): Promise<SlotLease>;
  giveBack(slot: number): Promise<void>;
  /** Its data is at the baseline and nothing of this process is at work on it: another worker may take over. */
  rest(slot: number): Promise<void>;
  /** What happened to its services since the file of changes had that size. */
  changes(slot: number, sinceBytes: number): Promise<ServiceChanges>;
  retire(slot: number, request: RetireSlot): Promise<RetiredSlot>;
  /** Stops and starts one service's process of a slot, or of the run when `slot` is absent. */
  restart(service: string, slot?: number): Promise<ServiceLease>;
  /** Stops one service's process of a slot until it is restarted. */
  pause(service: string, slot: number): Promise<ServiceLease>;
  logs(query: LogQuery): Promise<readonly LogLines[]>;
  /** Every place where a running service could come from; empty where there is only one. */
  providers(service: string): Promise<readonly SurveyedRung[]>;
  status(): Promise<SupervisorStatus>;
  /** What must not be shown or written down: passwords and the like that services tell each other. */
  secrets(): Promise<readonly string[]>;
}

/** The session itself: it lives until it is disposed or its holder dies. */
export interface HeldSession extends SessionClient {
  /** Settles when the supervisor ended the session, with the reason; never rejects. */
  readonly ended: Promise<string>;
  /** Whether what ran is used, and if not, why. */
  readonly reuse: Reuse;
}

export interface OpenSessionOptions {
  readonly plan: StackPlan;
  readonly purpose: OpenSession["purpose"];
  readonly environment: Readonly<Record<string, string>>;
  readonly keep?: OpenSession["keep"];
  readonly fresh?: boolean;
  readonly asItIs?: boolean;
  readonly onEvent?: (event: ServiceEvent) => void;
}
