import { levelsOf, toGraph, withNeeds } from "../stack/graph.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { nearest } from "../kit/nearest.ts";

/**
 * These services and all that they need, in an order in which they can start.
 *
 * @throws ShakedownError `SERVICE_UNKNOWN`
 */
export function servicesNeededBy(plan: StackPlan, names: readonly string[]): ServicePlan[] {
  const byName = new Map(plan.services.map((service) => [service.name, service]));
  for (const name of names) if (!byName.has(name)) throw unknown(name, [...byName.keys()]);
  const graph = toGraph(plan.services);
  const needed = new Set(withNeeds(graph, names));
  return levelsOf(graph)
    .flat()
    .flatMap((name) => (needed.has(name) ? (byName.get(name) ?? []) : []));
}

function unknown(name: string, known: readonly string[]): ShakedownError {
  const meant = nearest(name, known);
  return new ShakedownError(
    "SERVICE_UNKNOWN",
    `${name} is not a service of the stack, which has ${known.join(", ")}`,
    {
      hint:
        meant === undefined
          ? "Name a service of the stack: shakedown status"
          : `Did you mean ${meant}?`,
    },
  );
}
