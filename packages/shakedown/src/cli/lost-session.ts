import type { RunEvent, ServiceEvent } from "../events/run-event.ts";
import type { HeldSession } from "../supervisor/session.ts";

/** Aborts with the reason when the session ends before its holder closes it: somebody stopped the stack, or it died. */
export function watchLoss({
  ended,
}: Pick<HeldSession, "ended">): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let closed = false;
  void ended.then((reason) => {
    if (!closed) controller.abort(reason);
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      closed = true;
    },
  };
}

/** A service that would not stop changes no result, but is told. */
export function stopFinding(
  event: Extract<ServiceEvent, { readonly type: "service:stopped" }>,
): RunEvent {
  const place = event.slot === undefined ? event.service : `${event.service} of slot ${event.slot}`;
  return {
    type: "run:finding",
    message: `${place} did not stop as it should: ${event.error?.message ?? "no reason given"}`,
    atEpochMs: event.atEpochMs,
  };
}
