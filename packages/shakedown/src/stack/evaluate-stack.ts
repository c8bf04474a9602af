import { toWireError, type WireError } from "../errors/shakedown-error.ts";
import { importStackFile } from "./import-stack-file.ts";
import { inOrder } from "./in-order.ts";
import { invalidStackError } from "./invalid-stack.ts";
import type { StackPlan } from "./plan.ts";
import { settingsFiles } from "./settings-files.ts";
import { toPlan } from "./to-plan.ts";
import { validatePlan } from "./validate-plan.ts";

/** How the loader's child knows which of its variables it was given. No values: arguments can be read by everybody. */
export interface GivenEnvironment {
  readonly names: readonly string[];
  readonly PWD?: string;
}

/** What the loader's child tells its parent. */
export type LoaderAnswer =
  | { readonly kind: "plan"; readonly plan: StackPlan; readonly inputs: PlanInputs }
  | { readonly kind: "error"; readonly error: WireError };

/** All that the plan was made from, as far as it can be seen. A file may be missing: then that is what must not change. */
export interface PlanInputs {
  readonly files: readonly string[];
  readonly environmentNames: readonly string[];
  readonly wholeEnvironment: boolean;
}

/** Stack file to plan, in a process of its own. Never rejects. */
export async function evaluateStack(
  file: string,
  loadedModules: () => readonly string[],
  host: { env: NodeJS.ProcessEnv },
): Promise<LoaderAnswer> {
  try {
    const { stack, files, environment } = await importStackFile(file, host);
    const { plan, problems, unreadable } = toPlan(stack, file);
    const inputs: PlanInputs = {
      files: [...new Set([...files, ...loadedModules(), ...settingsFiles(files)])],
      environmentNames: [...environment.names].toSorted(),
      wholeEnvironment: environment.all,
    };
    const all = [...problems, ...(await validatePlan(plan, unreadable))];
    if (all.length > 0) throw invalidStackError(inOrder(all, Object.keys(stack.services)), file);
    return { kind: "plan", plan, inputs };
  } catch (error) {
    return { kind: "error", error: toWireError(error) };
  }
}
