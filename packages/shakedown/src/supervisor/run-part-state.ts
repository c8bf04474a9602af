import type { RunningService } from "../engines/engine.ts";
import type { ShakedownError } from "../errors/shakedown-error.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import type { ServicePlan } from "../stack/plan.ts";
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
  | { readonly kind: "ready"; readonly running: RunningService; readonly tookMs: number }
  | { readonly kind: "failed"; readonly error: ShakedownError }
  | { readonly kind: "exited"; readonly how: string };

export function statusOf(service: ServicePlan, state: RunPartState): ServiceStatus {
  const common = {
    name: service.name,
    engine: service.engine.name,
    per: service.per,
    state: state.kind,
  };
  if (state.kind === "failed") return { ...common, state: "failed", detail: state.error.message };
  if (state.kind === "exited") return { ...common, state: "exited", detail: state.how };
  if (state.kind !== "ready") return { ...common, state: state.kind };
  const url = state.running.outputs["url"];
  return {
    ...common,
    state: "ready",
    provider: state.running.provider,
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
