import type { ServiceLog } from "../engines/engine.ts";
import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import type { ServicePlan, StackPlan } from "../stack/plan.ts";
import type { RunPartState } from "./run-part-state.ts";

export function asStartFailure(
  service: ServicePlan,
  error: unknown,
  log: ServiceLog,
): ShakedownError {
  if (isShakedownError(error)) return error;
  return new ShakedownError(
    "START_FAILED",
    `${service.name} could not be started: ${error instanceof Error ? error.message : String(error)}`,
    {
      details: { engine: service.engine.name, logTail: log.tail(20) },
      hint: `Read its log: shakedown logs ${service.name}`,
      cause: error,
    },
  );
}

/** The failure that others follow from: the first that is not an echo of the start being given up. */
export function rootFailure(failures: readonly unknown[]): unknown {
  return (
    failures.find(
      (failure) => !(failure instanceof DOMException && failure.name === "AbortError"),
    ) ?? failures[0]
  );
}

export function tooSlow(
  plan: StackPlan,
  states: ReadonlyMap<string, RunPartState>,
): ShakedownError {
  const waiting = [...states]
    .filter(([, state]) => state.kind === "starting")
    .map(([name]) => name);
  return new ShakedownError(
    "START_TIMEOUT",
    `${waiting.join(", ")} not ready within the stack's limit of ${plan.startTimeoutMs} ms`,
    {
      details: {
        states: Object.fromEntries([...states].map(([name, state]) => [name, state.kind])),
      },
      hint: `Read the log (shakedown logs ${waiting[0] ?? ""}) or raise startTimeoutMs in defineStack(services, { startTimeoutMs }).`,
    },
  );
}
