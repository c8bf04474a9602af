import { describe, expect, test } from "vitest";
import { openServiceBoard } from "../../src/cli/service-board.ts";
import type { ServiceEvent } from "../../src/events/run-event.ts";
import { plainPaint } from "../../src/kit/paint.ts";
import type { StackPlan } from "../../src/stack/plan.ts";

const provider = { kind: "native", version: "postgres 18.4", reason: "in PATH", passedOver: [] };
const events: ServiceEvent[] = [
  { type: "service:starting", service: "db", waitedFor: [], atEpochMs: 1 },
  { type: "service:starting", service: "cache", waitedFor: [], atEpochMs: 1 },
  { type: "service:progress", service: "db", step: "migrating 1 of 2\u001B[2J", atEpochMs: 2 },
  {
    type: "service:ready",
    service: "cache",
    tookMs: 1,
    engine: "redis",
    provider: { ...provider, version: "redis 7.0" },
    attached: false,
    atEpochMs: 3,
  },
  {
    type: "service:ready",
    service: "db",
    tookMs: 41,
    engine: "postgres",
    provider,
    note: "data folder from cache",
    attached: false,
    atEpochMs: 4,
  },
  {
    type: "service:ready",
    service: "db",
    tookMs: 41,
    engine: "postgres",
    provider,
    attached: true,
    atEpochMs: 5,
  },
  {
    type: "service:failed",
    service: "api",
    slot: 0,
    error: { code: "START_FAILED", message: "no" },
    atEpochMs: 6,
  },
];

describe("the board of services", () => {
  test("appends one line for each service where nothing can be drawn over", () => {
    expect(shown(false)).toMatchInlineSnapshot(`
      " ○ cache    redis 7.0       native    starts with each worker
       ✔ db       postgres 18.4   native    started in 41 ms (data folder from cache)
       ✖ api.0    command                   did not start
      "
    `);
  });

  test("draws one line for each service over and over on a terminal, never wider than it is", () => {
    const frames = shown(true).split("\u001B[J").slice(1);
    expect(frames.at(0)).toBe(" … db  postgres  starting\n\u001B[1A");
    expect(frames.at(2)).toBe(
      " … db     postgres  migrating 1 of 2\n … cache  redis     starting\n\u001B[2A",
    );
    expect(frames.at(-1)).toMatchInlineSnapshot(`
      " ✔ db     postgres 18.4  native  was ru…
       ○ cache  redis 7.0      native  starts…
       ✖ api.0  command                did no…
      "
    `);
  });

  test("forgets a start that was given up, and keeps a long command from pushing its state away", () => {
    const started = (service: string): ServiceEvent => ({
      type: "service:starting",
      service,
      waitedFor: [],
      atEpochMs: 1,
    });
    const given = { type: "service:stopped", service: "db", atEpochMs: 2 } as const;
    const ready: ServiceEvent = {
      type: "service:ready",
      service: "api",
      tookMs: 1,
      engine: "command",
      provider: { ...provider, version: "node --enable-source-maps src/server.js" },
      attached: false,
      atEpochMs: 3,
    };
    expect(
      shown(true, [started("db"), started("api"), given, ready], 80)
        .split("\u001B[J")
        .at(-1),
    ).toBe(" ○ api  node --enable-sourc…  native  starts with each worker\n");
  });
});

function shown(redraws: boolean, told = events, columns = 41): string {
  let text = "";
  using board = openServiceBoard({
    plan,
    terminal: { paint: plainPaint, redraws, columns },
    write: (part) => (text += part),
  });
  for (const event of told) board.show(event);
  return text;
}

const plan = {
  services: [
    { name: "db", engine: { name: "postgres" }, per: "slot" },
    { name: "cache", engine: { name: "redis" }, per: "slot" },
    { name: "api", engine: { name: "command" }, per: "slot" },
  ],
} as unknown as StackPlan;
