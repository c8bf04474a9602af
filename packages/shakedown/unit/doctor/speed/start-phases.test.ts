import { expect, test } from "vitest";
import type { ServiceEvent } from "../../../src/events/run-event.ts";
import { startAdvice } from "../../../src/doctor/speed/start-advice.ts";
import { startChart } from "../../../src/doctor/speed/start-chart.ts";
import { criticalChain, toStartPhases } from "../../../src/doctor/speed/start-phases.ts";

const at = (afterMs: number): number => 1_000_000 + afterMs;

/** db and cache start side by side, the server needs both; the look at `api` itself is over at once. */
const events: readonly ServiceEvent[] = [
  { type: "service:starting", service: "db", waitedFor: [], atEpochMs: at(100) },
  { type: "service:starting", service: "cache", waitedFor: [], atEpochMs: at(100) },
  {
    type: "service:ready",
    service: "cache",
    tookMs: 20,
    engine: "redis",
    attached: false,
    atEpochMs: at(120),
  },
  { type: "service:progress", service: "db", step: "initdb", atEpochMs: at(110) },
  {
    type: "service:ready",
    service: "db",
    tookMs: 300,
    engine: "postgres",
    attached: false,
    atEpochMs: at(400),
  },
  {
    type: "service:ready",
    service: "api",
    tookMs: 1,
    engine: "command",
    attached: false,
    atEpochMs: at(401),
  },
  {
    type: "service:starting",
    service: "api",
    slot: 0,
    waitedFor: ["db", "cache"],
    atEpochMs: at(402),
  },
  {
    type: "service:ready",
    service: "api",
    slot: 0,
    tookMs: 500,
    engine: "command",
    attached: false,
    atEpochMs: at(902),
  },
];

const start = {
  totalMs: 910,
  phases: toStartPhases(events, { calledEpochMs: at(0), openedEpochMs: at(100) }),
};

test("a start is as long as the chain of what waited for one another", () => {
  expect(
    criticalChain(start.phases).map(({ title, fromMs, toMs }) => [title, fromMs, toMs]),
  ).toEqual([
    ["supervisor", 0, 100],
    ["db", 100, 400],
    ["api of slot 0", 402, 902],
  ]);
});

test("steps stand with the service that said them", () => {
  expect(start.phases.find(({ title }) => title === "db")?.steps).toEqual([
    { step: "initdb", atMs: 110 },
  ]);
});

test("the chart has a bar for each phase, in the order in which they began", () => {
  const rows = startChart(start);
  expect(rows.map(({ title, took, isCritical }) => [title, took, isCritical])).toEqual([
    ["supervisor", "100 ms", true],
    ["cache", "20 ms", false],
    ["db", "300 ms", true],
    ["api", "1 ms", false],
    ["api of slot 0", "500 ms", true],
  ]);
  expect(rows[2]?.bar.indexOf("━")).toBe(4);
  expect(new Set(rows.map(({ bar }) => bar.length))).toEqual(new Set([40]));
});

test("advice names the cache, the slow process, and a missing tmpfs; what is fast is not spoken of", () => {
  const plan = {
    services: [
      { name: "db", per: "slot", needs: [] },
      { name: "cache", per: "slot", needs: [] },
      { name: "api", per: "slot", needs: ["db", "cache"] },
    ],
  } as unknown as Parameters<typeof startAdvice>[0]["plan"];
  const first = { ...start, totalMs: 2900 };
  const advice = startAdvice({ plan, first, second: start, dataOnTmpfs: false, cpus: 2 }).join(
    "\n",
  );
  expect(advice).toContain("shakedown up");
  expect(advice).toContain("the first start took 2.9 s, the one after it 910 ms");
  expect(advice).toContain("api of slot 0 takes 500 ms, for each worker");
  expect(advice).toContain("db takes 300 ms");
  expect(advice).toContain("--shm-size");
  expect(advice).not.toContain("cache takes");
});
