import { expect, test } from "vitest";
import { gatherEvidence, linesPerService } from "../../src/runner/gather-evidence.ts";
import type { LogQuery } from "../../src/supervisor/session.ts";

const result = {
  state: "failed",
  startedEpochMs: 1000.4,
  durationMs: 200.2,
  retries: 0,
  slot: 1,
  errors: [],
} as const;

test("asks for the test's own time and slot, and says which lines others may have caused", async () => {
  const queries: LogQuery[] = [];
  const slices = await gatherEvidence({
    result,
    services: ["db", "api"],
    logs: async (query) => {
      queries.push(query);
      return [
        { service: "db", lines: ["a"] },
        {
          service: "api",
          slot: 1,
          lines: Array.from({ length: linesPerService + 1 }, (_, index) => `line ${index}`),
        },
        { service: "mail", lines: ["not used by the test"] },
      ];
    },
  });
  expect(queries).toEqual([
    { sinceEpochMs: 1000, untilEpochMs: 1251, slot: 1, tail: linesPerService + 1 },
  ]);
  expect(slices).toEqual([
    { service: "db", shared: true, lines: ["a"] },
    {
      service: "api",
      slot: 1,
      shared: false,
      lines: [
        "… earlier lines left out",
        ...Array.from({ length: linesPerService }, (_, index) => `line ${index + 1}`),
      ],
    },
    { service: "mail", shared: true, used: false, lines: ["not used by the test"] },
  ]);
});

test("the time in which the slot was set aside is not the test's", async () => {
  const queries: LogQuery[] = [];
  await gatherEvidence({
    result: { ...result, setAsideMs: 60 },
    logs: async (query) => (queries.push(query), []),
  });
  expect(queries[0]?.untilEpochMs).toBe(1201);
});
