import type { ResetOutcome } from "../../../isolation/lease.ts";

/** One way of bringing a slot database back. */
export interface Resetter {
  reset(level: number): Promise<ResetOutcome>;
  mark(level: number): Promise<void>;
  /** Makes the present state level 0. */
  rebase(): Promise<void>;
  close(): Promise<void>;
}
