import { expect, test } from "vitest";
import { startChart } from "../../src/model/start-chart.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { sampleRun } from "../sample-run.ts";

const chartOf = (events: Parameters<typeof toRunModel>[0]) => startChart(toRunModel(events).run);

test("each service has a bar from its start to its readiness", () => {
  const { bars, totalMs } = chartOf(sampleRun({ tests: 1 }));
  expect(bars.map(({ service }) => service)).toEqual(["db", "cache", "mail", "api", "worker"]);
  expect(bars[0]).toMatchObject({ fromMs: 0, toMs: 412, ready: true });
  expect(bars[0]?.steps.map(({ step }) => step)).toContain("migrating 14 of 14");
  expect(totalMs).toBe(818);
});

test("the chain goes from the last that was ready back through whom each waited for longest", () => {
  const { bars } = chartOf(sampleRun({ tests: 1 }));
  expect(bars.filter(({ critical }) => critical).map(({ service }) => service)).toEqual([
    "db",
    "api",
    "worker",
  ]);
});

test("a service that never became ready reaches to the end, and the start waited for it", () => {
  const { bars } = chartOf([
    { type: "service:starting", service: "db", waitedFor: [], atEpochMs: 0 },
    { type: "service:starting", service: "cache", waitedFor: [], atEpochMs: 0 },
    {
      type: "service:ready",
      service: "cache",
      tookMs: 50,
      engine: "redis",
      attached: false,
      atEpochMs: 50,
    },
    { type: "service:progress", service: "db", step: "migrating 1 of 2", atEpochMs: 80 },
  ]);
  expect(bars.find(({ service }) => service === "db")).toMatchObject({
    toMs: 80,
    ready: false,
    critical: true,
  });
  expect(bars.find(({ service }) => service === "cache")).toMatchObject({ critical: false });
});

test("services that were running before have no start", () => {
  expect(
    chartOf([
      {
        type: "service:ready",
        service: "db",
        tookMs: 1,
        engine: "postgres",
        attached: true,
        atEpochMs: 5,
      },
    ]).bars,
  ).toEqual([]);
});

test("a service that a test asked for later waited for nobody, and the start not for it", () => {
  const start = (service: string, waitedFor: readonly string[], fromMs: number, tookMs: number) =>
    [
      { type: "service:starting", service, waitedFor, atEpochMs: fromMs },
      {
        type: "service:ready",
        service,
        tookMs,
        engine: "command",
        attached: false,
        atEpochMs: fromMs + tookMs,
      },
    ] as const;
  const { bars } = chartOf([
    ...start("db", [], 0, 400),
    ...start("api", ["db"], 401, 20),
    ...start("second", ["db"], 60_000, 20),
  ]);
  expect(bars.map(({ service, critical }) => [service, critical])).toEqual([
    ["db", true],
    ["api", true],
    ["second", false],
  ]);
  expect(bars[1]?.waitedFromMs).toBe(0);
  expect(bars[2]).not.toHaveProperty("waitedFromMs");
});
