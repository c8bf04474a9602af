import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import type { ServicePlan } from "../stack/plan.ts";

export interface TakeSharesOptions {
  readonly slot: number;
  readonly limitMs: number;
  readonly take: (service: ServicePlan, signal: AbortSignal) => Promise<void>;
}

/** Takes shares of these services, each after those that it needs; the first failure gives up the rest. */
export async function takeShares(
  missing: readonly ServicePlan[],
  { slot, limitMs, take }: TakeSharesOptions,
): Promise<void> {
  const giveUp = new AbortController();
  const limit = setTimeout(() => {
    giveUp.abort(
      new ShakedownError("START_TIMEOUT", `slot ${slot} was not ready within ${limitMs} ms`),
    );
  }, limitMs);
  const pending = new Map<string, Promise<void>>();
  const takeWithNeeds = (service: ServicePlan): Promise<void> => {
    const known = pending.get(service.name);
    if (known !== undefined) return known;
    const taken = (async () => {
      await Promise.resolve(); // so that the promise is known before needs are looked at
      const needs = missing.filter(({ name }) => service.needs.includes(name));
      await Promise.all(needs.map(takeWithNeeds));
      giveUp.signal.throwIfAborted();
      await take(service, giveUp.signal);
    })();
    pending.set(service.name, taken);
    return taken;
  };
  try {
    const results = await Promise.allSettled(missing.map(takeWithNeeds));
    const failures = results
      .filter((result) => result.status === "rejected")
      .map(({ reason }) => reason as unknown);
    if (failures.length > 0) throw failures.find(isShakedownError) ?? failures[0];
  } finally {
    clearTimeout(limit);
  }
}
