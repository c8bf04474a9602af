import { placeOf } from "./place-of.ts";
import type { Problem, ServicePlan } from "./plan.ts";

/** What every service may say about its end; its engine does not see it. */
export interface EndOptions {
  /** After it died by itself: started again for the next test that needs it, or never, and those tests fail. @default "on-failure" */
  readonly restart?: "on-failure" | "never";
  /** How long it may take to stop before it is ended by force. @default 10000 */
  readonly stopTimeoutMs?: number;
}

export interface SplitOptions {
  readonly end: Pick<ServicePlan, "restart" | "stopTimeoutMs">;
  /** The engine's own. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

export function splitEndOptions(
  name: string,
  options: Readonly<Record<string, unknown>>,
): SplitOptions {
  const { restart, stopTimeoutMs, ...rest } = options;
  const problems: Problem[] = [];
  const end: { restart?: "never"; stopTimeoutMs?: number } = {};
  if (restart === "never") end.restart = restart;
  else if (restart !== undefined && restart !== "on-failure") {
    problems.push({
      at: placeOf(name, ["restart"]),
      message: `is ${JSON.stringify(restart)}`,
      hint: 'Choose "on-failure" or "never"',
    });
  }
  if (typeof stopTimeoutMs === "number" && stopTimeoutMs > 0 && stopTimeoutMs < 2 ** 31)
    end.stopTimeoutMs = stopTimeoutMs;
  else if (stopTimeoutMs !== undefined) {
    problems.push({
      at: placeOf(name, ["stopTimeoutMs"]),
      message: `is ${JSON.stringify(stopTimeoutMs)}, not a number of milliseconds above 0`,
      hint: "For ten seconds write 10_000",
    });
  }
  return { end, rest, problems };
}
