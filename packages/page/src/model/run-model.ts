import {
  type RunSnapshot,
  type TestSnapshot,
  reduceRun,
} from "../../../shakedown/src/events/reduce-run.ts";
import type { RunEvent, TestIdentity } from "../../../shakedown/src/events/run-event.ts";
import { cleanLine } from "./clean-text.ts";
import { rerunCommand } from "./rerun-command.ts";

/** Passed in the end, but only when tried again. */
export type TestState = "failed" | "flaky" | "passed" | "skipped" | "running";

export const testStates: readonly TestState[] = ["failed", "flaky", "running", "passed", "skipped"];

export interface TestRow {
  readonly id: string;
  readonly snapshot: TestSnapshot;
  readonly state: TestState;
  readonly file: string;
  /** The suites around it, joined; empty outside of all. */
  readonly suite: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly project: string;
  readonly durationMs: number;
  /** To paste into a shell. */
  readonly rerun: string;
  /** What a search looks through, in lower case. */
  readonly haystack: string;
}

export type Counts = Readonly<Record<TestState, number>> & { readonly all: number };

export interface RunModel {
  readonly events: readonly RunEvent[];
  readonly run: RunSnapshot;
  /** By file, then suite, each in the order of its first start. */
  readonly rows: readonly TestRow[];
  readonly byId: ReadonlyMap<string, TestRow>;
  readonly counts: Counts;
  readonly files: ReadonlyMap<string, Counts>;
  readonly tags: ReadonlyMap<string, number>;
  readonly projects: ReadonlyMap<string, number>;
  readonly endEpochMs: number;
}

export function toRunModel(events: readonly RunEvent[]): RunModel {
  const run = reduceRun(events);
  const lines = testsByLine(run);
  const rows = inOrder([
    ...run.tests.map((snapshot) => toRow(snapshot, lines)),
    ...runningRows(run, lines),
  ]);
  const files = new Map<string, Mutable<Counts>>();
  const tags = new Map<string, number>();
  const projects = new Map<string, number>();
  const counts = noCounts();
  for (const row of rows) {
    const ofFile = files.get(row.file) ?? noCounts();
    files.set(row.file, ofFile);
    for (const each of [counts, ofFile]) {
      each[row.state] += 1;
      each.all += 1;
    }
    for (const tag of row.tags) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    if (row.project !== "") projects.set(row.project, (projects.get(row.project) ?? 0) + 1);
  }
  return {
    events,
    run,
    rows,
    byId: new Map(rows.map((row) => [row.id, row])),
    counts,
    files,
    tags,
    projects,
    endEpochMs: endOf(events, run),
  };
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

export function noCounts(): Mutable<Counts> {
  return { all: 0, failed: 0, flaky: 0, running: 0, passed: 0, skipped: 0 };
}

type TestsByLine = ReadonlyMap<string, number>;

/** Tests of a table, or of a loop, stand on one line. */
function testsByLine({ tests, running }: RunSnapshot): TestsByLine {
  const found = new Map<string, number>();
  for (const { test } of [...tests, ...running]) {
    const place = placeOf(test);
    found.set(place, (found.get(place) ?? 0) + 1);
  }
  return found;
}

function placeOf({ file, line, project }: TestIdentity): string {
  return `${project ?? ""}:${file}:${line ?? ""}`;
}

function toRow(snapshot: TestSnapshot, lines: TestsByLine): TestRow {
  const { test, result } = snapshot;
  const file = cleanLine(test.file);
  const suite = test.suite.map((name) => cleanLine(name, 200)).join(" › ");
  const name = cleanLine(test.name);
  const tags = test.tags.map((tag) => cleanLine(tag, 80));
  return {
    id: test.id,
    snapshot,
    state: result.state === "passed" && result.retries > 0 ? "flaky" : result.state,
    file,
    suite,
    name,
    tags,
    project: cleanLine(test.project ?? "", 80),
    durationMs: result.durationMs,
    rerun: rerunCommand(test, { lineIsShared: (lines.get(placeOf(test)) ?? 0) > 1 }),
    haystack:
      `${file} ${suite} ${name} ${cleanLine(result.errors[0]?.message ?? "")}`.toLowerCase(),
  };
}

/** A test that has begun stands among the others, with nothing to tell yet. */
function runningRows(run: RunSnapshot, lines: TestsByLine): TestRow[] {
  return run.running.map(({ test, slot, startedEpochMs }) => {
    const row = toRow(
      {
        test,
        result: {
          state: "skipped",
          startedEpochMs,
          durationMs: 0,
          retries: 0,
          errors: [],
          ...(slot === undefined ? {} : { slot }),
        },
        fixtures: [],
        resets: [],
        logs: [],
        kept: [],
        wrote: [],
      },
      lines,
    );
    return { ...row, state: "running" };
  });
}

function inOrder(rows: readonly TestRow[]): TestRow[] {
  const files = new Map<string, Map<string, TestRow[]>>();
  for (const row of rows) {
    const suites = files.get(row.file) ?? new Map<string, TestRow[]>();
    files.set(row.file, suites);
    const suite = suites.get(row.suite);
    if (suite === undefined) suites.set(row.suite, [row]);
    else suite.push(row);
  }
  return [...files]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, suites]) =>
      // Outside of all suites first; a line is where the reader of the file finds it.
      [...suites]
        .toSorted(([left], [right]) => Number(left !== "") - Number(right !== ""))
        .flatMap(([, tests]) => tests),
    );
}

function endOf(events: readonly RunEvent[], run: RunSnapshot): number {
  if (run.finished !== undefined) return run.startedEpochMs + run.finished.durationMs;
  return events.reduce((latest, { atEpochMs }) => Math.max(latest, atEpochMs), run.startedEpochMs);
}
