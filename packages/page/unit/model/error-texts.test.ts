import { expect, test } from "vitest";
import { diffLines } from "../../src/model/diff-lines.ts";
import { failureText } from "../../src/model/failure-text.ts";
import { offsetText, toLogLine } from "../../src/model/log-lines.ts";
import { toRunModel } from "../../src/model/run-model.ts";
import { stackLines } from "../../src/model/stack-lines.ts";
import { sampleRun } from "../sample-run.ts";

test("a diff's lines are told apart by their sign", () => {
  const diff = "\u001B[32m- Expected\u001B[39m\n+ Received\n\n@@ -1 +1 @@\n  same\n- 1\n+ 2";
  expect(diffLines(diff).map(({ kind }) => kind)).toEqual([
    "title",
    "title",
    "same",
    "place",
    "same",
    "expected",
    "received",
  ]);
});

test("a stack's frames stand from the project's root, those of packages aside", () => {
  expect(
    stackLines(
      "Error: x\n    at f (file:///srv/app/tests/a.test.ts:4:2)\n    at node:internal/x:1:1",
      "/srv/app",
    ),
  ).toEqual([
    { text: "at f (tests/a.test.ts:4:2)", foreign: false },
    { text: "at node:internal/x:1:1", foreign: true },
  ]);
});

test("a log line has its stream and its time; one without stays whole", () => {
  expect(toLogLine("2026-11-21T09:00:00.123Z err boom")).toEqual({
    text: "boom",
    stream: "err",
    atEpochMs: Date.UTC(2026, 10, 21, 9, 0, 0, 123),
  });
  expect(toLogLine("  at more")).toEqual({ text: "  at more", stream: "none" });
});

test("times of lines count from the test's start", () => {
  expect(offsetText(1012, 1000)).toBe("+12 ms");
  expect(offsetText(990, 1000)).toBe("−10 ms");
  expect(offsetText(16_000, 1000)).toBe("+15.0 s");
  expect(offsetText(undefined, 1000)).toBe("");
});

test("a failure as text has its error, what it wrote, its logs and how to run it again", () => {
  const { rows } = toRunModel(sampleRun({ tests: 30, failing: 10 }));
  const row = rows.find(({ snapshot }) => snapshot.result.errors[0]?.diff !== undefined);
  const text = row === undefined ? "" : failureText(row);
  expect(text).toContain("```diff\n- Expected");
  expect(text).toContain("Wrote to db: cameras");
  expect(text).toContain("Log of db (other tests' lines included):");
  expect(text).toContain("Again: `npx shakedown run tests/");
  expect(text).not.toContain("mail");
});
