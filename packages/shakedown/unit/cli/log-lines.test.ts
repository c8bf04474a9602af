import { expect, test } from "vitest";
import { mergeLines, renderLine } from "../../src/cli/log-lines.ts";
import { plainPaint } from "../../src/kit/paint.ts";

test("lines of all services stand in the order of time, those of one moment as their log has them", () => {
  const merged = mergeLines([
    {
      service: "api",
      slot: 1,
      lines: ["2026-11-21T09:00:00.002Z out second", "2026-11-21T09:00:00.002Z err third"],
    },
    {
      service: "db",
      lines: [
        "2026-11-21T09:00:00.001Z shakedown first",
        "2026-11-21T09:00:00.003Z out \u001B[31mfourth\u001B[0m",
        "without a time",
      ],
    },
  ]);
  expect(merged.map((line) => renderLine(line, plainPaint))).toEqual([
    "             db         │ without a time",
    "09:00:00.001 db         │ first",
    "09:00:00.002 api.1      │ second",
    "09:00:00.002 api.1      │ third",
    "09:00:00.003 db         │ fourth",
  ]);
});
