import type { ProviderShown, ServiceEvent } from "../../events/run-event.ts";

/** One stretch of a start: the supervisor, a service's part of the run, or its part of a slot. Times from the call. */
export interface StartPhase {
  /** "supervisor", "db", "api of slot 0" */
  readonly title: string;
  readonly service?: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Titles of what had to be there first. */
  readonly waitedFor: readonly string[];
  /** What it said that it was doing, and when. */
  readonly steps: readonly { readonly step: string; readonly atMs: number }[];
  readonly provider?: ProviderShown;
  readonly note?: string;
}

export interface MeasuredStart {
  readonly totalMs: number;
  readonly phases: readonly StartPhase[];
}

export const supervisorTitle = "supervisor";

/** Folds the events of one start. `calledEpochMs` is when somebody asked, `openedEpochMs` when the supervisor was there. */
export function toStartPhases(
  events: readonly ServiceEvent[],
  { calledEpochMs, openedEpochMs }: { calledEpochMs: number; openedEpochMs: number },
): readonly StartPhase[] {
  const since = (epochMs: number): number => Math.max(0, epochMs - calledEpochMs);
  const phases: StartPhase[] = [
    { title: supervisorTitle, fromMs: 0, toMs: since(openedEpochMs), waitedFor: [], steps: [] },
  ];
  const steps = new Map<string, { step: string; atMs: number }[]>();
  const waits = new Map<string, readonly string[]>();
  for (const event of events) {
    if (!("service" in event) || event.type === "slot:retired") continue;
    const title = titleOf(event);
    if (event.type === "service:progress") {
      const known = steps.get(title) ?? [];
      known.push({ step: event.step, atMs: since(event.atEpochMs) });
      steps.set(title, known);
    } else if (event.type === "service:starting") {
      waits.set(title, event.waitedFor);
    } else if (event.type === "service:ready" && !phases.some((phase) => phase.title === title)) {
      const toMs = since(event.atEpochMs);
      phases.push({
        title,
        service: event.service,
        fromMs: Math.max(0, toMs - event.tookMs),
        toMs,
        waitedFor: waits.get(title) ?? [],
        steps: steps.get(title) ?? [],
        ...(event.provider === undefined ? {} : { provider: event.provider }),
        ...(event.note === undefined ? {} : { note: event.note }),
      });
    }
  }
  return phases;
}

/** A process that is only looked up takes a millisecond, and holds nobody up. */
const negligibleMs = 5;

/**
 * What the start had to wait for, first to last: from the phase that ended last, back to the one that ended last before it
 * began, and so on. Whatever is not in it could be slower without anybody noticing.
 */
export function criticalChain(phases: readonly StartPhase[]): readonly StartPhase[] {
  const chain: StartPhase[] = [];
  const long = phases.filter(({ fromMs, toMs }) => toMs - fromMs >= negligibleMs);
  let next = lastToEnd(long, Number.POSITIVE_INFINITY);
  while (next !== undefined) {
    chain.unshift(next);
    // Clocks of two processes: a phase may seem to begin a little before what it waited for has ended.
    const before = next.fromMs + 2;
    const candidates = long.filter((phase) => !chain.includes(phase));
    next = lastToEnd(candidates, before);
  }
  return chain;
}

function lastToEnd(phases: readonly StartPhase[], beforeMs: number): StartPhase | undefined {
  return phases
    .filter(({ toMs }) => toMs <= beforeMs)
    .toSorted((left, right) => right.toMs - left.toMs)[0];
}

function titleOf({ service, slot }: { service: string; slot?: number }): string {
  return slot === undefined ? service : `${service} of slot ${slot}`;
}
