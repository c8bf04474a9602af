import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { RunEvent } from "../../src/events/run-event.ts";
import { html, reportEvents, toJsonLines } from "../../src/reports/html.ts";
import { exampleRun, hostileRun } from "./example-run.ts";

const page = `<head><script id="events" type="application/octet-stream;base64+gzip"></script></head><body>$&</body>`;

test("the events stand in the page's element, and come out as they went in", () => {
  const report = html(page, gzipSync(toJsonLines(exampleRun)));
  const [, base64 = ""] = /base64\+gzip">([^<]*)<\/script><\/head><body>\$&</.exec(report) ?? [];
  const lines = gunzipSync(Buffer.from(base64, "base64")).toString("utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as RunEvent)).toEqual(exampleRun);
});

test("nothing of a run stands in the file as text", () => {
  const report = html(page, gzipSync(toJsonLines(hostileRun)));
  expect(report).not.toContain("<script>");
  expect(report.replace(/base64\+gzip">[\w+/=]*</, 'base64+gzip"><')).toBe(page);
});

test("the beginnings of tests whose end is known are left out", () => {
  const test1 = { id: "1", file: "a.test.ts", suite: [], name: "ends", tags: [] };
  const begun: RunEvent = { type: "test:started", test: { ...test1, id: "9" }, atEpochMs: 1 };
  const events: RunEvent[] = [
    { type: "test:started", test: test1, atEpochMs: 1 },
    begun,
    ...exampleRun,
  ];
  expect(reportEvents(events)).toEqual([begun, ...exampleRun]);
});

test("a page without a place for the events is refused", () => {
  expect(() => html("<html></html>", Buffer.alloc(0))).toThrow("no empty element");
});
