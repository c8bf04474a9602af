import type { RunSnapshot, TestSnapshot } from "../events/reduce-run.ts";
import type { LogSlice } from "../events/run-event.ts";
import { durationText } from "../kit/duration-text.ts";
import { type Paint, plainPaint } from "../kit/paint.ts";
import { quotedWord } from "../kit/quoted-word.ts";
import { printable, printableLine } from "../kit/printable.ts";
import { serviceLines, toServiceRow } from "./service-line.ts";
import { testTitle } from "./test-title.ts";
import { writtenLines } from "./written-lines.ts";

export interface TextSummaryOptions {
  readonly paint?: Paint;
  /** On a screen the services were shown when they started. @default true */
  readonly services?: boolean;
  /** What the tests failed with: on a screen Vitest has said so already. @default true */
  readonly errors?: boolean;
  /** Where the run's files are, relative to where the reader stands. */
  readonly folder?: string;
  /** Where its HTML report is. */
  readonly report?: string;
}

const mostFailedTests = 50;
const mostLogLines = 30;
const slowestTests = 5;
const slowFromMs = 100;

/** A run in words: what failed and what the services did meanwhile, then the totals as the last line. */
export function textSummary(run: RunSnapshot, options: TextSummaryOptions = {}): string {
  const { paint = plainPaint, services = true, errors = true, folder, report } = options;
  const keptStays = run.finished?.keptStays ?? true;
  const failed = run.tests.filter(({ result }) => result.state === "failed");
  const sections = [
    ...(services && run.services.length > 0
      ? [serviceLines(run.services.map(toServiceRow), paint)]
      : []),
    ...failed
      .slice(0, mostFailedTests)
      .map((test) => failedTest(test, paint, { errors, keptStays })),
    ...(failed.length > mostFailedTests
      ? [[` … and ${failed.length - mostFailedTests} more failed tests, in the other reports`]]
      : []),
    exits(run, paint),
    slowest(run, paint),
    retired(run, paint),
    findings(run, paint),
    infrastructure(run, paint),
    totals(run, paint, { folder, report }),
  ].filter((section) => section.length > 0);
  return `${sections.map((section) => section.join("\n")).join("\n\n")}\n`;
}

function failedTest(
  snapshot: TestSnapshot,
  paint: Paint,
  { errors, keptStays }: { readonly errors: boolean; readonly keptStays: boolean },
): string[] {
  const { test, result, logs, kept } = snapshot;
  const facts = [
    ...(result.slot === undefined ? [] : [`slot ${result.slot}`]),
    durationText(result.durationMs),
    ...(result.retries === 0 ? [] : [`tried ${result.retries + 1} times`]),
    ...(test.tags.length === 0
      ? []
      : [`tags ${test.tags.map((tag) => printableLine(tag)).join(", ")}`]),
  ];
  const { diagnosis } = snapshot;
  const evidence = [
    ...(diagnosis === undefined
      ? []
      : [
          `     ${paint("yellow", "likely cause:")} ${printableLine(diagnosis.says)} ${paint("cyan", "→")} ${printableLine(diagnosis.remedy)}`,
        ]),
    ...writtenLines(snapshot).map((line) => `     ${paint("dim", "wrote to")} ${line}`),
    ...logs.filter(({ used }) => used !== false).flatMap((slice) => logLines(slice, paint)),
    ...(keptStays ? kept : []).map(
      ({ service, connect }) =>
        `     ${paint("cyan", `its data in ${service} is kept:`)} ${printableLine(connect, 2000)}`,
    ),
    ...(keptStays || kept.length === 0
      ? []
      : [
          `     ${paint("dim", `its data went with the services; to look at it: shakedown run --keep ${test.line === undefined ? "" : rerunArgument(test)}`.trimEnd())}`,
        ]),
    ...(test.line === undefined
      ? []
      : [`     ${paint("dim", `again: shakedown run ${rerunArgument(test)}`)}`]),
  ];
  // Nothing of a file that did not load is news to who has read what Vitest said.
  if (!errors && evidence.length === 0) return [];
  return [
    ` ${paint("red", "✖")} ${paint("bold", testTitle(test))}`,
    ...(errors ? result.errors.flatMap((error) => errorLines(error, paint)) : []),
    `     ${paint("dim", facts.join(" · "))}`,
    ...evidence,
  ];
}

function rerunArgument({ file, line }: TestSnapshot["test"]): string {
  return quotedWord(printableLine(`${file}:${line}`));
}

function errorLines(
  { message, stack, diff }: TestSnapshot["result"]["errors"][number],
  paint: Paint,
): string[] {
  const place = stack === undefined ? undefined : ownPlace(printable(stack));
  return [
    ...cut(printable(message).trimEnd().split("\n"), 20).map(
      (line) => `     ${paint("red", line)}`,
    ),
    ...(diff === undefined
      ? []
      : cut(printable(diff).trim().split("\n"), 30).map((line) => `       ${line}`.trimEnd())),
    ...(place === undefined ? [] : [`       ${paint("dim", `at ${place}`)}`]),
  ];
}

/** The innermost frame in code of the user's: one in a package says nothing, and a message may hold what looks like one. */
function ownPlace(stack: string): string | undefined {
  return stack
    .split("\n")
    .filter((line) => !line.includes("/node_modules/"))
    .map((line) => /^\s+at (?:.*\(|async )?((?:file:\/\/)?\/.+:\d+:\d+)\)?$/.exec(line)?.[1])
    .find((place) => place !== undefined);
}

function logLines({ service, slot, shared, lines }: LogSlice, paint: Paint): string[] {
  const whose = shared ? ", other tests' lines included" : "";
  const title = `     ${paint("dim", `log of ${service}${slot === undefined ? "" : ` (slot ${slot})`}${whose}`)}`;
  return [
    title,
    ...newest(lines).map(
      (line) => `       ${paint("dim", "│")} ${printableLine(withShortTime(line))}`,
    ),
  ];
}

function newest(lines: readonly string[]): readonly string[] {
  return lines.length <= mostLogLines
    ? lines
    : ["… earlier lines left out", ...lines.slice(-mostLogLines)];
}

/** The day is the run's, and the stream is told by what stands in the line. */
function withShortTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d\.\d{3})Z (?:out|err|shakedown) /, "$1 ");
}

function exits({ services }: RunSnapshot, paint: Paint): string[] {
  return services.flatMap(({ name, exits: all, stopFailures }) => [
    ...stopFailures.map(
      (message) =>
        ` ${paint("yellow", "!")} ${name} did not stop cleanly: ${printableLine(message)}`,
    ),
    ...all.flatMap(({ slot, how, logTail }) => [
      ` ${paint("red", "✖")} ${name}${slot === undefined ? "" : ` of slot ${slot}`} ended while it was needed: ${printableLine(how)}`,
      ...logTail.slice(-20).map((line) => `       ${paint("dim", "│")} ${printableLine(line)}`),
    ]),
  ]);
}

function slowest({ tests }: RunSnapshot, paint: Paint): string[] {
  const rows = tests
    .filter(({ result }) => result.durationMs >= slowFromMs)
    .toSorted((left, right) => right.result.durationMs - left.result.durationMs)
    .slice(0, slowestTests)
    .map(
      ({ test, result }) => ` ${durationText(result.durationMs).padStart(9)}  ${testTitle(test)}`,
    );
  return rows.length === 0 ? [] : [paint("dim", " Slowest tests"), ...rows];
}

function retired({ retired: all }: RunSnapshot, paint: Paint): string[] {
  // Where data of a failed test was kept, that stands with the test.
  const rows = all
    .filter(({ kept }) => kept === undefined)
    .map(({ slot, service, reason }) => `   slot ${slot}, ${service}: ${printableLine(reason)}`);
  return rows.length === 0
    ? []
    : [paint("dim", " Slots made anew instead of reset"), ...cut(rows, 20)];
}

function findings({ findings: all }: RunSnapshot, paint: Paint): string[] {
  return all.map(
    (finding) =>
      ` ${paint("yellow", "!")} ${printable(finding).trimEnd().split("\n").join("\n   ")}`,
  );
}

function infrastructure({ infrastructure: time }: RunSnapshot, paint: Paint): string[] {
  const parts = [
    ...(time.startMs === 0 ? [] : [`${durationText(time.startMs)} to start services`]),
    ...(time.slots === 0 ? [] : [`${durationText(time.slotMs)} for ${count(time.slots, "slot")}`]),
    ...(time.resetMs < 1
      ? []
      : [
          `${durationText(time.resetMs)} for ${count(time.resets, "reset")} (${durationText(time.resetMedianMs)} at the median)`,
        ]),
  ];
  return parts.length === 0 ? [] : [paint("dim", ` Time in services: ${parts.join(", ")}`)];
}

function totals(
  run: RunSnapshot,
  paint: Paint,
  { folder, report }: { readonly folder: string | undefined; readonly report: string | undefined },
): string[] {
  const of = (state: string): number =>
    run.tests.filter(({ result }) => result.state === state).length;
  const [passed, failed, skipped] = [of("passed"), of("failed"), of("skipped")];
  const retried = run.tests.filter(
    ({ result }) => result.state === "passed" && result.retries > 0,
  ).length;
  const parts = [
    paint(
      failed === 0 && passed > 0 ? "green" : "bold",
      `${passed} passed${retried === 0 ? "" : ` (${retried} only when tried again)`}`,
    ),
    ...(failed === 0 ? [] : [paint("red", `${failed} failed`)]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ];
  const took =
    run.finished === undefined ? ", cut short" : ` (${durationText(run.finished.durationMs)})`;
  const exitCode = run.finished?.exitCode ?? 0;
  const unsaid = exitCode !== 0 && failed === 0 ? ", but the run failed" : "";
  const places = [
    ...(report === undefined ? [] : [`report: ${report}`]),
    ...(folder === undefined ? [] : [`files: ${folder}`]),
  ];
  const interrupted = exitCode === 130 ? ", interrupted" : unsaid;
  return [
    ` ${parts.join(", ")}${interrupted}${took}`,
    ...(places.length === 0 ? [] : [paint("dim", ` ${places.join("   ")}`)]),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function cut(lines: readonly string[], most: number): string[] {
  return lines.length <= most
    ? [...lines]
    : [...lines.slice(0, most), `… ${lines.length - most} more lines`];
}
