import type { RunEvent } from "../../src/events/run-event.ts";

const at = (offsetMs: number): { readonly atEpochMs: number } => ({
  atEpochMs: 1_795_000_000_000 + offsetMs,
});
const identity = (id: string, name: string, suite: readonly string[] = []) => ({
  id,
  file: "tests/cameras.test.ts",
  suite,
  name,
  tags: [],
});
const passed = {
  state: "passed",
  startedEpochMs: 1_795_000_000_100,
  durationMs: 4,
  retries: 0,
  slot: 0,
  errors: [],
} as const;

/** A run with one of everything, in the order in which it would be said. */
export const exampleRun: readonly RunEvent[] = [
  {
    type: "run:started",
    format: 1,
    runId: "2026-11-21-0912-3f9a",
    command: "shakedown run",
    shakedownVersion: "0.1.0",
    ...at(0),
  },
  { type: "service:starting", service: "db", waitedFor: [], ...at(10) },
  {
    type: "service:ready",
    service: "db",
    tookMs: 41,
    engine: "postgres",
    provider: { kind: "native", version: "postgres 18.4", reason: "in PATH", passedOver: [] },
    note: "data folder from cache",
    attached: false,
    ...at(51),
  },
  {
    type: "service:ready",
    service: "cache",
    tookMs: 12,
    engine: "redis",
    attached: true,
    ...at(40),
  },
  {
    type: "service:ready",
    service: "api",
    slot: 0,
    tookMs: 170,
    engine: "command",
    attached: false,
    ...at(225),
  },
  {
    type: "service:ready",
    service: "api",
    slot: 1,
    tookMs: 180,
    engine: "command",
    attached: false,
    ...at(235),
  },
  { type: "slot:leased", slot: 0, generation: 0, tookMs: 200, ...at(225) },
  { type: "slot:leased", slot: 1, generation: 0, tookMs: 210, ...at(235) },
  {
    type: "test:finished",
    test: identity("1", "lists cameras", ["cameras"]),
    result: { ...passed, durationMs: 340 },
    ...at(600),
  },
  {
    type: "test:reset",
    testId: "1",
    service: "db",
    tookMs: 0.9,
    outcome: { kind: "clean" },
    ...at(601),
  },
  {
    type: "test:finished",
    test: {
      ...identity("2", "takes its events along", ["cameras", "deletion"]),
      tags: ["api", "slow"],
    },
    result: {
      state: "failed",
      startedEpochMs: 1_795_000_000_601,
      durationMs: 35,
      retries: 1,
      slot: 1,
      errors: [
        {
          message: "expected 404 to be 204",
          diff: "- Expected\n+ Received\n\n- 204\n+ 404",
          stack:
            "AssertionError: expected 404 to be 204\n    at /app/tests/cameras.test.ts:12:5\n    at run (/app/node_modules/x.js:1:1)",
        },
      ],
    },
    ...at(640),
  },
  {
    type: "test:reset",
    testId: "2",
    service: "db",
    tookMs: 1.2,
    outcome: {
      kind: "restored",
      touched: [
        { name: "cameras", rows: 1 },
        { name: "events", rows: 3 },
      ],
    },
    ...at(641),
  },
  {
    type: "test:finished",
    test: identity("3", "is for later"),
    result: { ...passed, state: "skipped", durationMs: 0 },
    ...at(642),
  },
  {
    type: "slot:retired",
    slot: 0,
    service: "db",
    reason: "CREATE TABLE extra (id int)",
    ...at(650),
  },
  {
    type: "service:exited",
    service: "api",
    slot: 0,
    how: "exited with code 1",
    logTail: ["Error: out of luck"],
    ...at(660),
  },
  { type: "run:finding", message: "outside of all tests: socket hang up", ...at(661) },
  {
    type: "test:evidence",
    testId: "2",
    logs: [
      {
        service: "api",
        slot: 1,
        shared: false,
        lines: ["2026-11-21T09:12:00.620Z out DELETE /api/cameras/front_door 404"],
      },
      { service: "mail", shared: true, lines: ["2026-11-21T09:12:00.621Z out delivered"] },
    ],
    kept: [{ service: "db", connect: "psql postgres://127.0.0.1:4000/kept_1" }],
    ...at(700),
  },
  { type: "run:finished", durationMs: 6812, exitCode: 1, ...at(6812) },
];

/** Names and lines that would break a terminal or an XML reader if they got through. */
export const hostileRun: readonly RunEvent[] = [
  {
    type: "run:started",
    format: 1,
    runId: "2026-11-21-0912-3f9a",
    command: "shakedown run",
    shakedownVersion: "0.1.0",
    ...at(0),
  },
  {
    type: "test:finished",
    test: {
      id: "1",
      file: 'a<b>&".test.ts',
      suite: ["\u001B[31mred\u001B[0m", "two\nlines"],
      name: "]]> \u0000 \u0007 \uFFFE half \uD83D & <script>\u001B[2J",
      tags: ["\"'"],
    },
    result: {
      state: "failed",
      startedEpochMs: 1_795_000_000_001,
      durationMs: 1,
      retries: 0,
      errors: [
        {
          message: "got \u001B[41m<b>\u001B[0m\r\n\u0008 and 'that'",
          stack: "Error\u0001\n    at file:///a b/x.ts:1:2",
        },
      ],
    },
    ...at(2),
  },
  {
    type: "test:evidence",
    testId: "1",
    logs: [
      {
        service: "db",
        shared: true,
        lines: ["\u001B]0;title\u0007 ]]> </system-out>", "x".repeat(100_000)],
      },
    ],
    kept: [],
    ...at(3),
  },
];
