import type { Death, RunningService } from "../engines/engine.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { ServicePlan } from "../stack/plan.ts";
import type { OwnProcesses } from "./own-processes.ts";
import type { ServiceStatus } from "./protocol.ts";
import { redactUrl } from "./redact-url.ts";

/** Where the run's part of one service stands. */
export type RunPartState =
  | { readonly kind: "idle" }
  | {
      readonly kind: "starting";
      readonly done: Promise<RunningService>;
      readonly stop: AbortController;
    }
  | ReadyState
  | { readonly kind: "stopping"; readonly done: Promise<unknown> }
  | { readonly kind: "failed"; readonly error: ShakedownError }
  | { readonly kind: "exited"; readonly death: Death };

export interface ReadyState {
  readonly kind: "ready";
  readonly running: RunningService;
  readonly own: OwnProcesses;
  readonly tookMs: number;
  readonly sinceEpochMs: number;
}

export function statusOf(service: ServicePlan, state: RunPartState): ServiceStatus {
  const common = {
    name: service.name,
    engine: service.engine.name,
    per: service.per,
    state: state.kind,
  };
  if (state.kind === "failed") return { ...common, state: "failed", detail: state.error.message };
  if (state.kind === "exited") return { ...common, state: "exited", detail: state.death.how };
  if (state.kind !== "ready") return { ...common, state: state.kind };
  const url = state.running.outputs["url"];
  return {
    ...common,
    state: "ready",
    provider: state.running.provider,
    pids: state.own.pids,
    sinceEpochMs: state.sinceEpochMs,
    ...(url === undefined ? {} : { url: redactUrl(url) }),
  };
}

export function readyEvent(
  service: ServicePlan,
  {
    running,
    tookMs,
    attached,
  }: { readonly running: RunningService; readonly tookMs: number; readonly attached: boolean },
): ServiceEvent {
  return {
    type: "service:ready",
    service: service.name,
    tookMs,
    engine: service.engine.name,
    provider: running.provider,
    ...(running.note === undefined ? {} : { note: running.note }),
    attached,
    atEpochMs: Date.now(),
  };
}

/** A dead service, to whoever needs it: its end, and what it said last. */
export function diedError(service: string, { how, logTail }: Death, slot?: number): ShakedownError {
  const place = slot === undefined ? service : `${service} of slot ${slot}`;
  return new ShakedownError("SERVICE_DIED", `${place} ${how} while it was needed`, {
    details: { service, how, logTail },
    hint: `Read its log: shakedown logs ${service}`,
  });
}
