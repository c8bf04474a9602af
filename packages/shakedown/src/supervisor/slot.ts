import type { ServiceLease, SlotLease } from "../isolation/lease.ts";
import type { Outputs } from "../stack/references.ts";

/** Data that was set aside for a person to look at. */
export interface AsideLease {
  readonly service: string;
  readonly connect: string;
  readonly outputs: Outputs;
  release(): Promise<void>;
}

/** One worker's place: the shares of all services that it has asked for so far. */
export interface Slot {
  readonly number: number;
  readonly generation: number;
  /** Services with a share here. */
  readonly services: readonly string[];
  /** What the services tell in this slot, by name. */
  outputs(): Readonly<Record<string, Outputs>>;
  /** Adds what is missing; fills the slot anew, with all that it had, where a share that is missing could write to one that is there. */
  fill(names: readonly string[]): Promise<SlotLease>;
  /** Gives fresh shares; the old ones are released behind the scenes, or handed to `keep`. */
  retire(names: readonly string[], keep?: (aside: AsideLease) => void): Promise<SlotLease>;
  /** Whether the service has a process here that can be restarted. */
  hasProcess(service: string): boolean;
  restart(service: string): Promise<ServiceLease>;
  /** Stops a service's process here until its restart, where it has one. */
  pause(service: string): Promise<ServiceLease>;
  /** Forgets all shares if it has one of these, which are gone: whoever comes next gets fresh ones. */
  drop(services: readonly string[]): Promise<void>;
  /** Forgets all shares unless they are safe: whoever held them could still write. Whoever comes next waits for the answer. */
  fence(isSafe: () => Promise<boolean>): Promise<void>;
  /** Waits for the news of deaths that have happened. */
  settleDeaths(): Promise<void>;
  /** Waits for what is under way, then ends all shares, for good. */
  close(): Promise<void>;
}
