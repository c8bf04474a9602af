import type { RunningLease } from "../engines/engine.ts";
import { dependentsOf, toGraph } from "../stack/graph.ts";
import type { StackPlan } from "../stack/plan.ts";
import { defaultStopTimeoutMs, withinBudget } from "./within-budget.ts";

/** Ends a slot's shares, each after those that need it: all of them, whatever goes wrong with one. */
export async function releaseShares(
  plan: StackPlan,
  shares: ReadonlyMap<string, RunningLease>,
  onFailure: (service: string, error: unknown) => void,
): Promise<void> {
  const graph = toGraph(plan.services);
  const ends = new Map<string, Promise<void>>();
  const end = (name: string): Promise<void> => {
    const ended = ends.get(name) ?? endAfterUsers(name);
    ends.set(name, ended);
    return ended;
  };
  async function endAfterUsers(name: string): Promise<void> {
    await Promise.all(dependentsOf(graph, name).map(end));
    const share = shares.get(name);
    if (share === undefined) return;
    const budgetMs =
      plan.services.find((service) => service.name === name)?.stopTimeoutMs ?? defaultStopTimeoutMs;
    const failure = await withinBudget(name, () => share.release(), budgetMs);
    if (failure !== undefined) onFailure(name, failure);
  }
  await Promise.all([...shares.keys()].map(end));
}
