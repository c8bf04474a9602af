import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { reduceRun, type RunSnapshot } from "../../events/reduce-run.ts";
import { eventFormat, type RunEvent } from "../../events/run-event.ts";
import { packageVersion } from "../../kit/package-version.ts";
import { junit } from "../../reports/junit.ts";
import { textSummary } from "../../reports/text-summary.ts";
import { openEventLog } from "../../runner/event-log.ts";
import { makeRunFolder, pointLatest, type RunFolder } from "../../runner/run-folder.ts";
import { makeRunId } from "../../runner/run-id.ts";
import { runTests } from "../../runner/run-tests.ts";
import { vitestArguments, vitestRoot } from "../../runner/vitest-arguments.ts";
import { openSession } from "../../supervisor/client.ts";
import { placesOf } from "../../supervisor/places.ts";
import { command } from "../command.ts";
import { loadStack } from "../load-stack.ts";
import { appendedBoard } from "../service-board.ts";

export const runCommand = command({
  name: "run",
  summary: "Run the tests on the stack's services and tell what the services did",
  usage: "[files…] [-- vitest arguments]",
  description: [
    "Runs the project's own Vitest, with its configuration; services start when the first test needs them.",
    "Afterwards .shakedown/latest holds summary.txt, junit.xml and events.jsonl of the run.",
  ],
  options: {
    workers: {
      type: "number",
      value: "count",
      summary: "How many test files run at once, each on a slot of its own.",
    },
    shuffle: { type: "boolean", summary: "Run tests in random order; the seed is printed." },
    seed: { type: "number", value: "number", summary: "The seed of that order." },
    tag: {
      type: "strings",
      value: "expression",
      summary: "Only tests with these tags: --tag 'api && !slow'. May be repeated: all must hold.",
    },
    keep: {
      type: "boolean",
      summary: "Leave the services running, with the data of failed tests, until `shakedown down`.",
    },
  },
  passesRest: true,
  async run({ options, positionals, rest, cwd, environment, terminal, interrupted }) {
    const plan = await loadStack({ cwd, named: options.stack, environment });
    const places = placesOf(plan.file);
    const runId = makeRunId(new Date());
    const folder = await makeRunFolder(places.state, runId);
    using log = openEventLog(folder.events);
    const say = (event: RunEvent): void => log.say(event);
    using board = appendedBoard({ plan, terminal, write: terminal.out });
    const startedEpochMs = Date.now();
    const command = [
      "shakedown run",
      ...positionals,
      ...(rest.length === 0 ? [] : ["--", ...rest]),
    ].join(" ");
    say({
      type: "run:started",
      format: eventFormat,
      runId,
      command,
      shakedownVersion: packageVersion(),
      atEpochMs: startedEpochMs,
    });
    if (options.json !== true) terminal.out(`${terminal.paint("dim", `run ${runId}`)}\n`);
    await using session = await openSession({
      plan,
      purpose: options.keep === true ? "up" : "run",
      environment,
      onEvent: (event) => {
        say(event);
        if (options.json !== true) board.show(event);
      },
    });
    tellVitestColours(options.color);
    const root = vitestRoot(cwd, plan.root);
    // As if it were called there: tests may read files relative to where they run.
    process.chdir(root);
    const exitCode = await runTests({
      session,
      stackFile: plan.file,
      root,
      vitestArguments: vitestArguments({ files: positionals, rest, ...selection(options) }, cwd),
      say,
      interrupted,
      // The one document on standard output is ours.
      ...(options.json === true ? { output: process.stderr } : {}),
    });
    const keptStays = await session.status().then(
      ({ keep }) => keep,
      () => false, // the session is gone, and with it the data
    );
    say({
      type: "run:finished",
      durationMs: Date.now() - startedEpochMs,
      exitCode,
      atEpochMs: Date.now(),
    });
    const run = reduceRun(log.events);
    await writeReports(run, folder, keptStays);
    await pointLatest(places.state, runId);
    const shownFolder = relative(cwd, folder.path);
    if (options.json === true)
      terminal.out(
        `${JSON.stringify({ runId, folder: folder.path, exitCode, ...countsOf(run) })}\n`,
      );
    else
      terminal.out(
        `\n${textSummary(run, { paint: terminal.paint, services: false, diffs: false, folder: shownFolder.startsWith("..") ? folder.path : shownFolder, keptStays })}`,
      );
    return exitCode;
  },
});

interface Flags {
  readonly workers?: number;
  readonly shuffle?: boolean;
  readonly seed?: number;
  readonly tag?: readonly string[];
}

function selection({ workers, shuffle, seed, tag }: Flags): {
  workers?: number;
  shuffle?: boolean;
  seed?: number;
  tags?: readonly string[];
} {
  return {
    ...(workers === undefined ? {} : { workers }),
    ...(shuffle === undefined ? {} : { shuffle }),
    ...(seed === undefined ? {} : { seed }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
}

/** Vitest and its workers decide by environment. */
function tellVitestColours(color: boolean | undefined): void {
  if (color === undefined) return;
  delete process.env[color ? "NO_COLOR" : "FORCE_COLOR"];
  process.env[color ? "FORCE_COLOR" : "NO_COLOR"] = "1";
}

async function writeReports(
  run: RunSnapshot,
  { junit: junitFile, summary }: RunFolder,
  keptStays: boolean,
): Promise<void> {
  await Promise.all([
    writeFile(junitFile, junit(run)),
    writeFile(summary, textSummary(run, { keptStays })),
  ]);
}

function countsOf({ tests }: RunSnapshot): Record<"passed" | "failed" | "skipped", number> {
  const of = (state: string): number => tests.filter(({ result }) => result.state === state).length;
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}
