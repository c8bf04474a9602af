import { findStackFile } from "../stack/find-stack-file.ts";
import type { StackPlan } from "../stack/plan.ts";

export interface WhichStack {
  readonly cwd: string;
  /** From `--stack`. */
  readonly named: string | undefined;
}

/** The stack file that a command is about, without reading it: `down` and `status` work while it has mistakes. */
export function locateStack({ cwd, named }: WhichStack): string {
  return findStackFile(cwd, named);
}

export async function loadStack(
  which: WhichStack & { readonly environment: Readonly<Record<string, string>> },
): Promise<StackPlan> {
  const { loadStackPlan } = await import("../stack/load-plan.ts");
  return (await loadStackPlan(locateStack(which), { environment: which.environment })).plan;
}
