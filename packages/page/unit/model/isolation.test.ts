import { expect, test } from "vitest";
import type { RunEvent } from "../../../shakedown/src/events/run-event.ts";
import { isolationOf } from "../../src/model/isolation.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { sampleRun } from "../sample-run.ts";

test("resets are counted by service and by what they found", () => {
  const { services, setAside, retired } = isolationOf(
    toRunModel(sampleRun({ tests: 40, failing: 2 })).run,
  );
  expect(
    services.map(({ service, clean, restored, fellBack }) => [service, clean + restored, fellBack]),
  ).toEqual([
    ["db", 38, 0],
    ["cache", 38, 0],
  ]);
  expect(services[0]?.tables[0]?.name).toBe("cameras");
  expect([setAside, retired.length]).toEqual([2, 0]);
});

test("a reset that fell back names its test and its reason", () => {
  const events: RunEvent[] = sampleRun({ tests: 1 }).map((event) =>
    event.type === "test:reset" && event.service === "db"
      ? { ...event, outcome: { kind: "retire", reason: "DROP TABLE cameras", touched: [] } }
      : event,
  );
  const retired = { type: "slot:retired", slot: 0, service: "db", atEpochMs: 9 } as const;
  const isolation = isolationOf(
    toRunModel([
      ...events,
      { ...retired, reason: "DROP TABLE cameras" },
      { ...retired, reason: "its process died" },
    ]).run,
  );
  const { fallBacks, services } = isolation;
  expect(isolation.retired.map(({ reason }) => reason)).toEqual(["its process died"]);
  expect(fallBacks).toEqual([{ testId: "0_0", service: "db", reason: "DROP TABLE cameras" }]);
  expect(services.find(({ service }) => service === "db")?.fellBack).toBe(1);
});
