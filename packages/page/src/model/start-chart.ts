import type { RunSnapshot } from "../../../shakedown/src/events/reduce-run.ts";

export interface StartBar {
  readonly service: string;
  readonly fromMs: number;
  /** From the beginning of the chart, as `fromMs`; where it never became ready, the end of the chart. */
  readonly toMs: number;
  readonly ready: boolean;
  readonly waitedFor: readonly string[];
  /** Since when it stood in line: from the start of whom it waited for. Absent where nobody had asked for it by then. */
  readonly waitedFromMs?: number;
  readonly steps: readonly { readonly atMs: number; readonly step: string }[];
  /** On the chain that the whole start waited for: making it faster makes the start faster. */
  readonly critical: boolean;
  /** 0 for the first start; more for one after an exit or by hand. */
  readonly again: number;
}

export interface StartChart {
  readonly bars: readonly StartBar[];
  readonly totalMs: number;
  readonly fromEpochMs: number;
}

/** Who waited for whom: the starts of the services' run part. */
export function startChart({ services }: Pick<RunSnapshot, "services">): StartChart {
  const starts = services.flatMap(({ name, attached, starts: all }) =>
    attached
      ? []
      : all
          .filter(({ slot }) => slot === undefined)
          .map((start, again) => ({ ...start, service: name, again })),
  );
  if (starts.length === 0) return { bars: [], totalMs: 0, fromEpochMs: 0 };
  const first = starts.filter(({ again }) => again === 0);
  const from = Math.min(...first.map((start) => start.fromEpochMs));
  const ends = first.map(
    (start) => start.readyEpochMs ?? start.steps.at(-1)?.atEpochMs ?? start.fromEpochMs,
  );
  const end = Math.max(...ends, from + 1);
  const critical = criticalChain(firstStart(first));
  const byName = new Map(first.map((start) => [start.service, start]));
  const bars = first
    .map((start) => ({
      service: start.service,
      fromMs: start.fromEpochMs - from,
      toMs: (start.readyEpochMs ?? end) - from,
      ready: start.readyEpochMs !== undefined,
      waitedFor: start.waitedFor,
      ...waited(start, latest(start.waitedFor.flatMap((name) => byName.get(name) ?? [])), from),
      steps: start.steps.map(({ atEpochMs, step }) => ({ atMs: atEpochMs - from, step })),
      critical: critical.has(start.service),
      again: start.again,
    }))
    .toSorted((left, right) => left.fromMs - right.fromMs || left.toMs - right.toMs);
  return { bars, totalMs: end - from, fromEpochMs: from };
}

/** A service that starts this much later was not waiting: nobody had asked for it. */
const atOnceMs = 500;

function waited(
  start: Start,
  last: Start | undefined,
  fromEpochMs: number,
): Pick<StartBar, "waitedFromMs"> {
  if (last?.readyEpochMs === undefined) return {};
  return start.fromEpochMs - last.readyEpochMs > atOnceMs
    ? {}
    : { waitedFromMs: last.fromEpochMs - fromEpochMs };
}

/** What started together at first; services that tests asked for later are no part of it. */
function firstStart(starts: readonly Start[]): Start[] {
  const found: Start[] = [];
  let reached = -Infinity;
  for (const start of starts.toSorted((left, right) => left.fromEpochMs - right.fromEpochMs)) {
    if (found.length > 0 && start.fromEpochMs > reached + atOnceMs) break;
    found.push(start);
    reached = Math.max(reached, start.readyEpochMs ?? Infinity);
  }
  return found;
}

interface Start {
  readonly service: string;
  readonly fromEpochMs: number;
  readonly readyEpochMs?: number;
  readonly waitedFor: readonly string[];
}

/** From the service that was ready last, back through whom each waited for longest. */
function criticalChain(starts: readonly Start[]): Set<string> {
  const byName = new Map(starts.map((start) => [start.service, start]));
  const chain = new Set<string>();
  let next = latest(starts);
  while (next !== undefined && !chain.has(next.service)) {
    chain.add(next.service);
    next = latest(next.waitedFor.flatMap((name) => byName.get(name) ?? []));
  }
  return chain;
}

function latest(starts: readonly Start[]): Start | undefined {
  return starts.reduce<Start | undefined>(
    (found, start) =>
      (start.readyEpochMs ?? Infinity) >
      (found?.readyEpochMs ?? (found === undefined ? -1 : Infinity))
        ? start
        : found,
    undefined,
  );
}
