// What a report costs: to write at the end of a run, and to open in a browser.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import type { RunEvent } from "../packages/shakedown/src/events/run-event.ts";
import { htmlReport } from "../packages/shakedown/src/cli/write-reports.ts";
import { median } from "./median.ts";
import type { Figures } from "./saved-result.ts";

export const about =
  "The HTML report of a run of 5 000 tests, 250 of them failed (25 with log lines): how long it takes to write, how large it is, " +
  "and how long Chromium takes from the start of the navigation to the frame with the list of tests in it.";

export const labels = {
  tests: "tests in the run",
  write_ms: "written in, ms (goal: under 100)",
  size_kb: "size of the file, kB",
  open_ms: "opened in, ms (goal: under 1 000)",
  open_worst_ms: "the slowest of the rounds, ms",
};

const tests = 5000;
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);

export async function run(): Promise<Figures> {
  const events = bigRun();
  const write: number[] = [];
  let report = "";
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    report = await htmlReport(events);
    write.push(performance.now() - startedMs);
  }
  const folder = await mkdtemp(join(tmpdir(), "shakedown-bench-report-"));
  try {
    const file = join(folder, "index.html");
    await writeFile(file, report);
    const open = await openTimes(pathToFileURL(file).href);
    return {
      tests,
      write_ms: Math.round(median(write)),
      size_kb: Math.round(report.length / 1000),
      open_ms: Math.round(median(open)),
      open_worst_ms: Math.round(Math.max(...open)),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** By the page's own clock, which begins with the navigation. */
async function openTimes(address: string): Promise<number[]> {
  const browser = await chromium.launch({
    executablePath: process.env["SHAKEDOWN_CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  try {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const page = await browser.newPage();
      await page.addInitScript(`
        const look = () => document.querySelector(".line.test") === null
          ? requestAnimationFrame(look)
          : requestAnimationFrame(() => { window.shownMs = performance.now(); });
        look();
      `);
      await page.goto(`${address}#/tests`);
      await page.waitForFunction("window.shownMs !== undefined");
      times.push(await page.evaluate<number>("window.shownMs"));
      await page.close();
    }
    return times;
  } finally {
    await browser.close();
  }
}

function bigRun(): RunEvent[] {
  const at = Date.UTC(2026, 0, 1, 9);
  const events: RunEvent[] = [
    {
      type: "run:started",
      format: 1,
      runId: "2026-01-01-0900-aaaa",
      command: "shakedown run",
      shakedownVersion: "0.1.0",
      root: "/app",
      workers: 8,
      atEpochMs: at,
    },
  ];
  for (let index = 0; index < tests; index += 1) events.push(...oneTest(index, at + index * 4));
  events.push({
    type: "run:finished",
    durationMs: tests * 4,
    exitCode: 1,
    atEpochMs: at + tests * 4,
  });
  return events;
}

function oneTest(index: number, atEpochMs: number): RunEvent[] {
  const failed = index % 20 === 7;
  const id = `-12345_${Math.floor(index / 40)}_${index}`;
  const test = {
    id,
    file: `tests/area-${index % 8}/feature-${Math.floor(index / 40)}.test.ts`,
    suite: ["cameras", `case ${index % 5}`],
    name: `camera ${index} keeps its events when it is renamed to something else`,
    tags: index % 3 === 0 ? ["api", "database"] : ["api"],
    line: 10 + (index % 40) * 5,
  };
  const error = {
    message: `expected ${index} to be ${index + 1} // Object.is equality`,
    stack: `AssertionError: expected\n    at /app/${test.file}:${test.line}:12\n    at run (node:internal:1:1)`,
    diff: `- Expected\n+ Received\n\n- ${index}\n+ ${index + 1}`,
    codeFrame: Array.from(
      { length: 7 },
      (_, line) => `  ${line} | const camera = await api.get("/x")`,
    ).join("\n"),
  };
  const lines = Array.from(
    { length: 40 },
    (_, line) =>
      `2026-01-01T09:00:00.${100 + line}Z out GET /api/cameras/${index}/${line} 200 ${line} ms`,
  );
  return [
    { type: "test:started", test, atEpochMs },
    {
      type: "test:fixtures",
      testId: id,
      fixtures: [
        { name: "db", tookMs: 0 },
        { name: "api", tookMs: 0 },
        { name: "camera", tookMs: 1.4 },
      ],
      atEpochMs,
    },
    {
      type: "test:finished",
      test,
      result: {
        state: failed ? "failed" : "passed",
        startedEpochMs: atEpochMs,
        durationMs: 3 + (index % 90),
        retries: 0,
        slot: index % 8,
        errors: failed ? [error] : [],
      },
      atEpochMs,
    },
    {
      type: "test:reset",
      testId: id,
      service: "db",
      tookMs: 1.1,
      outcome: { kind: "restored", touched: [{ name: "cameras", rows: 1 + (index % 3) }] },
      atEpochMs,
    },
    ...(failed && index < 500
      ? [
          {
            type: "test:evidence" as const,
            testId: id,
            logs: [
              { service: "api", slot: index % 8, shared: false, lines },
              { service: "db", slot: index % 8, shared: false, lines },
            ],
            kept: [],
            atEpochMs,
          },
        ]
      : []),
  ];
}
