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
  const { fallBacks, services } = isolationOf(toRunModel(events).run);
  expect(fallBacks).toEqual([{ testId: "0_0", service: "db", reason: "DROP TABLE cameras" }]);
  expect(services.find(({ service }) => service === "db")?.fellBack).toBe(1);
});
