import { toWireError } from "../errors/shakedown-error.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import { dependentsOf, toGraph } from "../stack/graph.ts";
import type { StackPlan } from "../stack/plan.ts";
import { defaultStopTimeoutMs, withinBudget } from "./within-budget.ts";
import type { ReadyState, RunPartState } from "./run-part-state.ts";

export interface StopServicesOptions {
  readonly plan: StackPlan;
  readonly states: Map<string, RunPartState>;
  readonly emit: (event: ServiceEvent) => void;
}

/** Stops what is ready among these, each after those that need it. Every failure is told as an event and given back. */
export async function stopServices(
  names: readonly string[],
  { plan, states, emit }: StopServicesOptions,
): Promise<unknown[]> {
  const graph = toGraph(plan.services);
  const failures: unknown[] = [];
  const ends = new Map<string, Promise<void>>();
  const end = (name: string): Promise<void> => {
    const known = ends.get(name);
    if (known !== undefined) return known;
    const users = dependentsOf(graph, name).filter((user) => names.includes(user));
    const state = states.get(name);
    if (state?.kind !== "ready") {
      const passed = Promise.all(users.map(end)).then(() => undefined);
      ends.set(name, passed);
      return passed;
    }
    const done = (async () => {
      await Promise.all(users.map(end));
      await stopOne(name, state);
    })();
    states.set(name, { kind: "stopping", done });
    ends.set(name, done);
    return done;
  };

  async function stopOne(name: string, { running, own }: ReadyState): Promise<void> {
    const startedMs = performance.now();
    const budgetMs =
      plan.services.find((service) => service.name === name)?.stopTimeoutMs ?? defaultStopTimeoutMs;
    const failure = await withinBudget(name, () => running.stop(), budgetMs);
    if (failure !== undefined) {
      failures.push(failure);
      await withinBudget(name, () => own.kill(), budgetMs);
    }
    states.set(name, { kind: "idle" });
    emit({
      type: "service:stopped",
      service: name,
      tookMs: Math.round(performance.now() - startedMs),
      ...(failure === undefined ? {} : { error: toWireError(failure) }),
      atEpochMs: Date.now(),
    });
  }

  await Promise.all(names.map(end));
  return failures;
}
