import type { RunEvent, TestFixture } from "../../shakedown/src/events/run-event.ts";
import { sampleErrors, sampleLogs } from "./sample-failure.ts";
import { hostileTexts } from "./hostile-texts.ts";
import { sampleServices, sampleTrouble } from "./sample-services.ts";

export interface SampleRunOptions {
  readonly tests: number;
  readonly failing?: number;
  readonly skipped?: number;
  /** Passed at the second attempt. */
  readonly flaky?: number;
  readonly workers?: number;
  /** Names, errors, log lines and tags that try to break out. */
  readonly hostile?: boolean;
  /** Services that fail, end and will not stop. */
  readonly trouble?: boolean;
  /** Without its end, with some tests under way. */
  readonly cut?: boolean;
}

export const sampleStartEpochMs = Date.UTC(2026, 10, 21, 9, 30, 0);

/** The events of a run as Shakedown writes them: the same options give the same events. */
export function sampleRun({
  tests,
  failing = 0,
  skipped = 0,
  flaky = 0,
  workers = 4,
  hostile = false,
  cut = false,
  trouble = false,
}: SampleRunOptions): RunEvent[] {
  const random = mulberry32(tests * 31 + failing);
  const events: RunEvent[] = [
    {
      type: "run:started",
      format: 1,
      runId: "2026-11-21-0930-5c62",
      command: "shakedown run --workers 4",
      shakedownVersion: "0.1.0",
      root: "/srv/home-security",
      workers,
      atEpochMs: sampleStartEpochMs,
    },
  ];
  const { events: ofServices, readyEpochMs } = sampleServices({
    workers,
    startEpochMs: sampleStartEpochMs,
  });
  events.push(...ofServices);
  if (trouble) events.push(...sampleTrouble({ startEpochMs: sampleStartEpochMs }));
  const free = Array.from({ length: workers }, (_, slot) => readyEpochMs + 40 + slot * 18);
  const plan = states({ tests, failing, skipped, flaky });
  for (let index = 0; index < tests; index += 1) {
    const slot = free.indexOf(Math.min(...free));
    const state = plan[index] ?? "passed";
    const start = (free[slot] ?? 0) + 2 + Math.round(random() * 4);
    const durationMs = state === "skipped" ? 0 : 3 + random() ** 6 * 900 + random() * 24;
    const resetMs = 1 + random() * 3;
    const running = cut && index >= tests - workers;
    events.push(
      ...testEvents({
        index,
        slot,
        state,
        start,
        durationMs,
        resetMs,
        random,
        hostile,
        running,
        retries: 1,
      }),
    );
    free[slot] = start + durationMs + (state === "skipped" ? 0 : resetMs + 3);
    if (state === "failed") {
      events.push({
        type: "slot:leased",
        slot,
        generation: index,
        tookMs: 62,
        atEpochMs: Math.round((free[slot] ?? 0) + 62),
      });
      events.push({
        type: "slot:retired",
        slot,
        service: "db",
        reason: `"${fileOf(index)} > ${nameOf(index)}" failed`,
        kept: { service: "db", connect: connect(slot) },
        atEpochMs: Math.round((free[slot] ?? 0) + 62),
      });
      free[slot] = (free[slot] ?? 0) + 64;
    }
  }
  const end = Math.round(Math.max(...free, readyEpochMs) + 120);
  if (tests > 40) {
    events.push({
      type: "slot:retired",
      slot: 1,
      service: "db",
      reason:
        "a statement that cannot be undone: ALTER TABLE cameras ADD COLUMN zone_id integer REFERENCES zones (id)",
      atEpochMs: Math.round((readyEpochMs + end) / 2),
    });
    events.push({
      type: "run:finding",
      message: "tests/api/cameras.test.ts left 2 connections to db open after its last test",
      atEpochMs: end - 20,
    });
  }
  if (hostile)
    events.push({ type: "run:finding", message: hostileTexts.join(" "), atEpochMs: end });
  if (!cut)
    events.push({
      type: "run:finished",
      durationMs: end - sampleStartEpochMs,
      exitCode: failing > 0 ? 1 : 0,
      atEpochMs: end,
    });
  return events;
}

interface One {
  readonly index: number;
  readonly slot: number;
  readonly state: "passed" | "failed" | "skipped" | "flaky";
  readonly start: number;
  readonly durationMs: number;
  readonly resetMs: number;
  readonly retries: number;
  readonly hostile: boolean;
  readonly running: boolean;
  readonly random: () => number;
}

function testEvents(one: One): RunEvent[] {
  const { index, slot, state, start, durationMs, resetMs, hostile, running, random } = one;
  const strange = hostile ? hostileTexts[index % hostileTexts.length] : undefined;
  const test = {
    id: `${Math.floor(index / perFile) * 7919}_${index % perFile}`,
    file: hostile && index % 10 === 3 ? `tests/${strange}.test.ts` : fileOf(index),
    suite: suiteOf(index),
    name: strange ?? nameOf(index),
    tags: hostile && index % 5 === 0 ? ["<img src=x onerror=alert(1)>"] : tagsOf(index),
    line: 12 + (index % perFile) * 9,
  };
  const end = Math.round(start + durationMs);
  if (running) return [{ type: "test:started", test, slot, atEpochMs: start }];
  const errors = sampleErrors(index, { file: fileOf(index), strange });
  const fixtures: TestFixture[] = [
    { name: "db", tookMs: 0.4 + random() * 1.5 },
    { name: "api", tookMs: 0.2 + random() * 0.9 },
    ...(index % 3 === 0 ? [{ name: "camera", tookMs: 0.6 + random() * 2 }] : []),
  ].map(({ name, tookMs }) => ({ name, tookMs: Math.min(tookMs, durationMs / 4) }));
  return [
    { type: "test:started", test, slot, atEpochMs: start },
    ...(state === "skipped"
      ? []
      : [{ type: "test:fixtures" as const, testId: test.id, fixtures, atEpochMs: end }]),
    {
      type: "test:finished",
      test,
      result: {
        state: state === "flaky" ? "passed" : state,
        startedEpochMs: start,
        durationMs,
        retries: state === "flaky" ? one.retries : 0,
        slot,
        errors: state === "failed" ? errors : [],
        ...(state === "flaky" ? { earlierErrors: [errors] } : {}),
      },
      atEpochMs: end,
    },
    ...(state === "skipped" || state === "failed"
      ? []
      : [
          {
            type: "test:reset" as const,
            testId: test.id,
            service: "db",
            tookMs: resetMs,
            outcome:
              index % 4 === 0
                ? ({ kind: "clean" } as const)
                : ({ kind: "restored", touched: touchedBy(index) } as const),
            atEpochMs: end,
          },
          {
            type: "test:reset" as const,
            testId: test.id,
            service: "cache",
            tookMs: resetMs / 3,
            outcome: { kind: "clean" as const },
            atEpochMs: end,
          },
        ]),
    ...(state === "failed"
      ? [
          {
            type: "test:evidence" as const,
            testId: test.id,
            logs: sampleLogs(start, { slot, strange }),
            kept: [
              { service: "db", connect: connect(slot) },
              { service: "cache", connect: "redis-cli -u redis://:•••@127.0.0.1:33361/0" },
            ],
            wrote: [{ service: "db", touched: touchedBy(index) }],
            atEpochMs: end,
          },
        ]
      : []),
  ];
}

const perFile = 24;
const areas = [
  "cameras",
  "events",
  "alerts",
  "zones",
  "detections",
  "alert rules",
  "audit log",
  "health",
];
const rooms = ["api", "database", "websocket", "pipeline", "services"];
const claims = [
  "answers 404 with a detail for one that is missing",
  "takes its events along when it is removed",
  "refuses a risk score above 100",
  "pages from newest to oldest without gaps or repeats",
  "keeps the higher of two writes at the same time",
  "is sent to every subscriber of its channel once",
  "is not seen by another session before the commit",
  "counts a batch that was closed by its idle time",
  "gives the same answer from the cache and from the database",
];

function fileOf(index: number): string {
  const file = Math.floor(index / perFile);
  const area = areas[file % areas.length]?.replaceAll(" ", "-") ?? "";
  const round = Math.floor(file / (areas.length * rooms.length));
  return `tests/${rooms[file % rooms.length]}/${area}${round === 0 ? "" : `-${round + 1}`}.test.ts`;
}

function suiteOf(index: number): string[] {
  const area = areas[Math.floor(index / perFile) % areas.length] ?? "";
  const part = Math.floor((index % perFile) / 8);
  return part === 0 ? [] : part === 1 ? [area] : [area, "with a full database"];
}

function nameOf(index: number): string {
  const area = areas[Math.floor(index / perFile) % areas.length]?.replace(/s$/, "") ?? "";
  return `${/^[aeiou]/.test(area) ? "an" : "a"} ${area} ${claims[(index * 5) % claims.length]} (${index})`;
}

function tagsOf(index: number): string[] {
  return [
    ...(index % 7 === 0 ? ["slow"] : []),
    ...(index % 11 === 0 ? ["websocket"] : []),
    ...(index % 5 === 0 ? ["critical"] : []),
  ];
}

function touchedBy(index: number) {
  return [
    { name: "cameras", rows: 1 + (index % 3) },
    ...(index % 3 === 0 ? [] : [{ name: "events", rows: 3 + (index % 5) }]),
    ...(index % 5 === 0 ? [{ name: "detections", rows: 12 + (index % 40) }] : []),
  ];
}

function connect(slot: number): string {
  return `psql 'postgresql://shakedown:•••@127.0.0.1:42159/security_test_${slot}'`;
}

function states({
  tests,
  failing,
  skipped,
  flaky,
}: Required<Pick<SampleRunOptions, "tests" | "failing" | "skipped" | "flaky">>) {
  const plan: One["state"][] = Array.from({ length: tests }, () => "passed");
  // Failures come in clusters: a broken thing breaks its neighbours.
  const wanted: [One["state"], number][] = [
    ["failed", failing],
    ["skipped", skipped],
    ["flaky", flaky],
  ];
  let at = Math.floor(tests / 7);
  for (const [state, count] of wanted) {
    for (let done = 0; done < Math.min(count, tests); at += 1) {
      const index = (at * 13 + Math.floor(at / tests)) % tests;
      if (plan[index] !== "passed" && plan.includes("passed")) continue;
      plan[index] = state;
      done += 1;
    }
  }
  return plan;
}

/** The same numbers each time. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
