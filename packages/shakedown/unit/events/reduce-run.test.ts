import { describe, expect, test } from "vitest";
import { reduceRun } from "../../src/events/reduce-run.ts";
import type { RunEvent } from "../../src/events/run-event.ts";
import { exampleRun } from "../reports/example-run.ts";

describe("reduceRun", () => {
  const run = reduceRun(exampleRun);

  test("a test's resets and evidence stand with it, said before or after its result", () => {
    const failed = run.tests.find(({ test: { id } }) => id === "2");
    expect(failed?.resets).toHaveLength(1);
    expect(failed?.logs.map(({ service }) => service)).toEqual(["api", "mail"]);
    const early = exampleRun.toSorted((left) => (left.type === "test:reset" ? -1 : 0));
    expect(reduceRun(early).tests).toEqual(run.tests);
  });

  test("services that start at once count once", () => {
    const ready = (service: string, from: number, to: number): RunEvent => ({
      type: "service:ready",
      service,
      engine: "x",
      tookMs: to - from,
      attached: false,
      atEpochMs: to,
    });
    expect(
      reduceRun([ready("a", 0, 100), ready("b", 50, 150), ready("c", 200, 210)]).infrastructure
        .startMs,
    ).toBe(160);
  });

  test("what was attached, or said again, does not count as a start", () => {
    const cache = run.services.find(({ name }) => name === "cache");
    expect(cache).toMatchObject({ attached: true, startMs: 12 });
    expect(run.infrastructure).toEqual({
      startMs: 41,
      slots: 2,
      slotMs: 410,
      resets: 2,
      resetMs: 2.1,
      resetMedianMs: 1.2,
      fallBacks: 0,
    });
    const again = reduceRun([
      ...exampleRun,
      {
        type: "service:ready",
        service: "db",
        tookMs: 41,
        engine: "postgres",
        attached: true,
        atEpochMs: 1,
      },
    ]);
    expect(again.services.find(({ name }) => name === "db")?.attached).toBe(false);
  });

  test("a test that ran again stands with its last result", () => {
    const again = exampleRun.flatMap((event): RunEvent[] =>
      event.type === "test:finished" && event.test.id === "2"
        ? [event, { ...event, result: { ...event.result, state: "passed", errors: [] } }]
        : [event],
    );
    expect(reduceRun(again).tests.filter(({ result }) => result.state === "failed")).toEqual([]);
  });
});

test("a test that began and has not ended is running, until it or the run ends", () => {
  const [started, identity] = [
    exampleRun[0],
    { id: "9", file: "a.test.ts", suite: [], name: "waits", tags: [] },
  ];
  const begun: RunEvent[] = [
    ...(started === undefined ? [] : [started]),
    { type: "test:started", test: identity, atEpochMs: 5 },
    { type: "test:fixtures", testId: "9", fixtures: [{ name: "db", tookMs: 1 }], atEpochMs: 6 },
  ];
  expect(reduceRun(begun).running).toEqual([{ test: identity, startedEpochMs: 5 }]);
  const result = {
    state: "passed",
    startedEpochMs: 5,
    durationMs: 2,
    retries: 0,
    errors: [],
  } as const;
  const ended = reduceRun([
    ...begun,
    { type: "test:finished", test: identity, result, atEpochMs: 7 },
  ]);
  expect(ended.running).toEqual([]);
  expect(ended.tests[0]?.fixtures).toEqual([{ name: "db", tookMs: 1 }]);
});
