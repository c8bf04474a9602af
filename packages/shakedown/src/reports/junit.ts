import type { RunSnapshot, TestSnapshot } from "../events/reduce-run.ts";
import { printable } from "../kit/printable.ts";
import { writtenLines } from "./written-lines.ts";

/**
 * JUnit XML as CI systems read it: one suite a file, the services' log lines of a failed test in its `system-out`.
 * Vitest writes JUnit, too, but knows nothing of services; a library for twenty lines of XML would be a dependency.
 */
export function junit(run: RunSnapshot): string {
  const byFile = new Map<string, TestSnapshot[]>();
  const isGone = run.finished?.keptStays === false;
  for (const snapshot of run.tests) {
    const test = isGone ? { ...snapshot, kept: [] } : snapshot;
    const known = byFile.get(test.test.file);
    if (known === undefined) byFile.set(test.test.file, [test]);
    else known.push(test);
  }
  const lines = [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites${attributes({ name: `shakedown ${run.runId}`, ...counts(run.tests), time: seconds(run.finished?.durationMs ?? 0) })}>`,
    ...[...byFile]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .flatMap(([file, tests]) => suite(file, tests)),
    `</testsuites>`,
  ];
  return `${lines.join("\n")}\n`;
}

function suite(file: string, tests: readonly TestSnapshot[]): string[] {
  const first = Math.min(...tests.map(({ result }) => result.startedEpochMs));
  const total = tests.reduce((sum, { result }) => sum + result.durationMs, 0);
  const head = attributes({
    name: file,
    timestamp: new Date(first).toISOString(),
    ...counts(tests),
    time: seconds(total),
  });
  return [`  <testsuite${head}>`, ...tests.flatMap(testCase), `  </testsuite>`];
}

function testCase(snapshot: TestSnapshot): string[] {
  const { test, result, logs, kept } = snapshot;
  const head = attributes({
    classname: test.file,
    name: [...test.suite, test.name].join(" › "),
    time: seconds(result.durationMs),
  });
  const properties = [
    ...(result.slot === undefined ? [] : [["slot", String(result.slot)] as const]),
    ...(result.retries === 0 ? [] : [["retries", String(result.retries)] as const]),
    ...test.tags.map((tag) => ["tag", tag] as const),
  ];
  const output = [
    ...(result.state === "failed" ? writtenLines(snapshot) : []).map(
      (line) => `--- wrote to ${line}`,
    ),
    ...(result.state === "failed" ? logs : [])
      .filter(({ used }) => used !== false)
      .flatMap(({ service, slot, shared, lines }) => [
        `--- ${service}${slot === undefined ? "" : ` (slot ${slot})`}${shared ? ", other tests' lines included" : ""}`,
        ...lines,
      ]),
    ...kept.map(({ service, connect }) => `--- data of ${service} is kept: ${connect}`),
  ];
  const body = [
    ...(properties.length === 0
      ? []
      : [
          `      <properties>`,
          ...properties.map(([name, value]) => `        <property${attributes({ name, value })}/>`),
          `      </properties>`,
        ]),
    ...(result.state === "skipped" ? [`      <skipped/>`] : []),
    ...(result.state === "failed" ? failures(result.errors) : []),
    ...(output.length === 0 ? [] : [`      <system-out>${text(output.join("\n"))}</system-out>`]),
  ];
  return body.length === 0
    ? [`    <testcase${head}/>`]
    : [`    <testcase${head}>`, ...body, `    </testcase>`];
}

/** A reader counts one failure a test, so that several errors stand in one element. */
function failures(errors: TestSnapshot["result"]["errors"]): string[] {
  const message = errors[0]?.message.split("\n")[0] ?? "failed";
  const body = errors
    .map((error) =>
      [error.message, error.diff, framesOf(error.stack)]
        .filter((part) => part !== undefined)
        .join("\n"),
    )
    .join("\n\n");
  return [`      <failure${attributes({ message, type: "failure" })}>${text(body)}</failure>`];
}

/** A stack begins with the message that stands above it already. */
function framesOf(stack: string | undefined): string | undefined {
  const start = stack?.search(/^\s+at /m) ?? -1;
  return start === -1 ? undefined : stack?.slice(start);
}

function counts(tests: readonly TestSnapshot[]): Record<string, string> {
  const of = (state: string): string =>
    String(tests.filter(({ result }) => result.state === state).length);
  return {
    tests: String(tests.length),
    failures: of("failed"),
    errors: "0",
    skipped: of("skipped"),
  };
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        ` ${name}="${text(value).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;")}"`,
    )
    .join("");
}

/** XML 1.0 cannot hold most control characters, not even escaped, nor half a surrogate pair. */
function text(value: string): string {
  return printable(value)
    .toWellFormed()
    .replaceAll(/[\uFFFE\uFFFF]/g, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}
