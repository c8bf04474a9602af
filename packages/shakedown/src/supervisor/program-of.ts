import type { Installable } from "../providers/install-engine.ts";
import type { StackPlan } from "../stack/plan.ts";
import { loadEngines } from "./load-engines.ts";

/** What `shakedown install` brings for a service: nothing where no program of this machine would be taken. */
export async function programOf(
  plan: StackPlan,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<Installable | undefined> {
  const service = plan.services.find((each) => each.name === name);
  if (service === undefined) return undefined;
  return (await loadEngines(plan))(name).installable?.({ service, stack: plan, environment });
}
