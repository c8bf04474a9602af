/** What a check has found. A failed one stops the stack from working here; advice is what would make it better. */
export type CheckState = "ok" | "advice" | "failed" | "skipped";

export interface CheckResult {
  /** "open files", "db: native" */
  readonly name: string;
  readonly area: "machine" | "stack" | "services" | "leftovers";
  readonly state: CheckState;
  /** What was found: "1024 open files". */
  readonly seen: string;
  /** What it takes; absent where nothing is amiss or nothing is asked. */
  readonly needed?: string;
  /** How to get there. */
  readonly remedy?: string;
  /** What `--fix` does about it; gives what it did. */
  readonly fix?: () => Promise<string>;
}

/** A check of the machine: one fact, looked at without starting anything. */
export type MachineCheck = (
  context: MachineContext,
) => Promise<readonly Omit<CheckResult, "area">[]>;

export interface MachineContext {
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the stack file, or the current one. */
  readonly folder: string;
}
