import { relative } from "node:path";
import { isShakedownError } from "../../errors/shakedown-error.ts";
import { findReferences, toToken } from "../../stack/references.ts";
import { loadStackPlan } from "../../stack/load-plan.ts";
import type { StackPlan } from "../../stack/plan.ts";
import type { CheckResult } from "../check.ts";

export interface ExaminedStack {
  readonly results: readonly CheckResult[];
  /** Absent where the file has mistakes. */
  readonly plan?: StackPlan;
}

/** The stack file: whether it loads, and where each of its references leads. */
export async function examineStackFile(
  locate: () => string,
  { cwd, environment }: { cwd: string; environment: Readonly<Record<string, string>> },
): Promise<ExaminedStack> {
  try {
    const { plan } = await loadStackPlan(locate(), { environment });
    return {
      plan,
      results: [
        {
          area: "stack",
          name: "stack file",
          state: "ok",
          seen: `${relative(cwd, plan.file) || plan.file}: ${plan.services
            .map(({ name, engine }) => `${name} (${engine.name})`)
            .join(", ")}`,
        },
        ...referencesOf(plan),
      ],
    };
  } catch (error) {
    if (!isShakedownError(error)) throw error;
    const result: CheckResult = {
      area: "stack",
      name: "stack file",
      state: error.code === "STACK_MISSING" ? "skipped" : "failed",
      seen: error.message,
      ...(error.hint === undefined ? {} : { remedy: error.hint }),
    };
    return { results: [result] };
  }
}

/** The loader has refused those that lead nowhere: these are the ones that it followed. */
function referencesOf(plan: StackPlan): CheckResult[] {
  return plan.services.flatMap(({ name, options }) => {
    const references = findReferences(options).filter(({ service }) => service !== name);
    if (references.length === 0) return [];
    const shown = references.map((reference) => toToken(reference).slice(3, -2)).join(", ");
    return [{ area: "stack", name: `references of ${name}`, state: "ok", seen: shown }] as const;
  });
}
