import type { ResetOutcome, TouchedTable } from "../../../isolation/lease.ts";

/** One way of bringing a slot database back. */
export interface Resetter {
  reset(level: number): Promise<ResetOutcome>;
  mark(level: number): Promise<void>;
  /** What was written since the level; absent where this way cannot tell. */
  touched?(level: number): Promise<readonly TouchedTable[]>;
  /** Makes the present state level 0. */
  rebase(): Promise<void>;
  close(): Promise<void>;
}
