import type { RunModel, TestRow } from "./run-model.ts";

export type SpanKind = "passed" | "failed" | "flaky" | "running" | "reset" | "slot";

export interface Span {
  readonly kind: SpanKind;
  readonly from: number;
  readonly to: number;
  readonly row?: TestRow;
  readonly text: string;
}

export interface Lane {
  /** Absent for tests that had no slot. */
  readonly slot?: number;
  /** By their beginning; a test that runs beside others of its slot has a lane of its own. */
  readonly spans: readonly Span[];
  readonly tests: number;
  readonly testMs: number;
  readonly resetMs: number;
  readonly slotMs: number;
  /** Of the time from the first test of the run to its end: how much this worker ran nothing of the above. */
  readonly idleMs: number;
}

export interface WorkerLanes {
  readonly lanes: readonly Lane[];
  readonly from: number;
  readonly to: number;
  /** When services were starting, before the first slot. */
  readonly starting: readonly { readonly from: number; readonly to: number }[];
  readonly exits: readonly { readonly at: number; readonly text: string }[];
}

/** What each worker did when. */
export function workerLanes({ rows, run, events, endEpochMs }: RunModel): WorkerLanes {
  const bySlot = new Map<number | undefined, Span[]>();
  const add = (slot: number | undefined, span: Span): void => {
    const spans = bySlot.get(slot);
    if (spans === undefined) bySlot.set(slot, [span]);
    else spans.push(span);
  };
  for (const row of rows) addTest(row, { add, endEpochMs });
  for (const event of events) {
    if (event.type !== "slot:leased") continue;
    const from = event.atEpochMs - event.tookMs;
    const whose = event.stack === undefined ? "slot" : `slot of ${event.stack}`;
    const text = event.generation === 0 ? `${whose} made` : `${whose} made anew`;
    add(event.slot, { kind: "slot", from, to: event.atEpochMs, text });
  }
  const lanes = [...bySlot]
    .toSorted(([left], [right]) => (left ?? Infinity) - (right ?? Infinity))
    .flatMap(([slot, spans]) => inLanes(slot, spans));
  const firstMs = Math.min(endEpochMs, ...lanes.map(({ spans }) => spans[0]?.from ?? endEpochMs));
  return {
    lanes: lanes.map((lane) => summed(lane, endEpochMs - firstMs)),
    from: run.startedEpochMs,
    to: Math.max(endEpochMs, ...lanes.map(({ spans }) => spans.at(-1)?.to ?? 0)),
    starting: run.services.flatMap(({ attached, starts }) =>
      attached
        ? []
        : starts
            .filter(({ slot }) => slot === undefined)
            .map(({ fromEpochMs, readyEpochMs }) => ({
              from: fromEpochMs,
              to: readyEpochMs ?? endEpochMs,
            })),
    ),
    exits: events.flatMap((event) =>
      event.type === "service:exited"
        ? [{ at: event.atEpochMs, text: `${event.service}: ${event.how}` }]
        : [],
    ),
  };
}

interface AddTestOptions {
  readonly add: (slot: number | undefined, span: Span) => void;
  readonly endEpochMs: number;
}

function addTest(row: TestRow, { add, endEpochMs }: AddTestOptions): void {
  if (row.state === "skipped") return;
  const { result, resets } = row.snapshot;
  const from = result.startedEpochMs;
  const to = row.state === "running" ? Math.max(from, endEpochMs) : from + result.durationMs;
  add(result.slot, { kind: row.state, from, to, row, text: row.name });
  for (const { service, tookMs, startedEpochMs } of resets) {
    // Older events say only that it came after the test.
    const at = startedEpochMs ?? to;
    add(result.slot, {
      kind: "reset",
      from: at,
      to: at + tookMs,
      row,
      text: `reset of ${service}`,
    });
  }
}

type Placed = Pick<Lane, "spans"> & { readonly slot?: number };

/** Tests of one slot follow one another; concurrent ones, and those without a slot, are spread over lanes. */
function inLanes(slot: number | undefined, spans: readonly Span[]): Placed[] {
  const lanes: Span[][] = [];
  for (const span of spans.toSorted((left, right) => left.from - right.from)) {
    const isTest = span.kind !== "reset" && span.kind !== "slot";
    const free = lanes.find((lane) => !isTest || (lastTest(lane)?.to ?? 0) <= span.from + 1);
    if (free === undefined) lanes.push([span]);
    else free.push(span);
  }
  return lanes.map((lane) => ({ spans: lane, ...(slot === undefined ? {} : { slot }) }));
}

function lastTest(lane: readonly Span[]): Span | undefined {
  return lane.findLast(({ kind }) => kind !== "reset" && kind !== "slot");
}

function summed(lane: Placed, wholeMs: number): Lane {
  const of = (kinds: (kind: SpanKind) => boolean): Span[] =>
    lane.spans.filter(({ kind }) => kinds(kind));
  const ms = (spans: readonly Span[]): number =>
    spans.reduce((sum, { from, to }) => sum + to - from, 0);
  const tests = of((kind) => kind !== "reset" && kind !== "slot");
  const [testMs, resetMs, slotMs] = [
    ms(tests),
    ms(of((kind) => kind === "reset")),
    ms(of((kind) => kind === "slot")),
  ];
  return {
    ...lane,
    tests: tests.length,
    testMs,
    resetMs,
    slotMs,
    idleMs: Math.max(0, wholeMs - testMs - resetMs - slotMs),
  };
}
