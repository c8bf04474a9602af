import { expect, test } from "vitest";
import { serviceMoments } from "../../src/model/service-moments.ts";
import { sampleRun } from "../sample-run.ts";

test("a run without trouble has none to tell", () => {
  expect(serviceMoments(sampleRun({ tests: 10 }))).toEqual([]);
});

test("an exit and the start after it are told, by service and slot", () => {
  const ready = {
    type: "service:ready",
    service: "api",
    tookMs: 120,
    engine: "command",
    attached: false,
  } as const;
  const moments = serviceMoments([
    { ...ready, slot: 1, atEpochMs: 1 },
    {
      type: "service:exited",
      service: "api",
      slot: 1,
      how: "exit status 1",
      logTail: ["out of memory"],
      atEpochMs: 2,
    },
    { ...ready, slot: 0, atEpochMs: 3 },
    { ...ready, slot: 1, atEpochMs: 4 },
    { type: "service:stopped", service: "api", slot: 1, atEpochMs: 5 },
    {
      type: "service:stopped",
      service: "db",
      atEpochMs: 6,
      error: {
        code: "INTERNAL",
        message: "it would not end",
        hint: "kill it",
        details: { logTail: ["bye"] },
      },
    },
  ]);
  expect(moments.map(({ service, slot, kind, text }) => [service, slot, kind, text])).toEqual([
    ["api", 1, "exited", "exit status 1"],
    ["api", 1, "started again", "ready after 120 ms"],
    ["db", undefined, "stop failed", "it would not end"],
  ]);
  expect(moments[2]).toMatchObject({ hint: "kill it", logTail: ["bye"] });
});
