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
import type { StackPlan } from "../../stack/plan.ts";
import { openSession } from "../../supervisor/client.ts";
import { placesOf } from "../../supervisor/places.ts";
import { command, type CommandCall, type ExitCode } from "../command.ts";
import { loadStack } from "../load-stack.ts";
import { appendedBoard } from "../service-board.ts";
import { untilServicesAreGone } from "../until-services-are-gone.ts";

const runOptions = {
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
} as const;

export const runCommand = command({
  name: "run",
  summary: "Run the tests on the stack's services and tell what the services did",
  usage: "[files…] [-- vitest arguments]",
  description: [
    "Runs the project's own Vitest, with its configuration; services start when the first test needs them.",
    "Afterwards .shakedown/latest holds summary.txt, junit.xml and events.jsonl of the run.",
  ],
  options: runOptions,
  passesRest: true,
  async run(call) {
    const { options, positionals, rest, cwd, environment, terminal } = call;
    const plan = await loadStack({ cwd, named: options.stack, environment });
    const { state } = placesOf(plan.file);
    const runId = makeRunId(new Date());
    const folder = await makeRunFolder(state, runId);
    using log = openEventLog(folder.events);
    const startedEpochMs = Date.now();
    log.say({
      type: "run:started",
      format: eventFormat,
      runId,
      command: [
        "shakedown run",
        ...positionals,
        ...(rest.length === 0 ? [] : ["--", ...rest]),
      ].join(" "),
      shakedownVersion: packageVersion(),
      atEpochMs: startedEpochMs,
    });
    if (options.json !== true) terminal.out(`${terminal.paint("dim", `run ${runId}`)}\n`);
    try {
      const { exitCode, keptStays } = await runUnderSession(call, plan, log.say);
      const endedEpochMs = Date.now();
      log.say({
        type: "run:finished",
        durationMs: endedEpochMs - startedEpochMs,
        exitCode,
        atEpochMs: endedEpochMs,
      });
      const run = reduceRun(log.events);
      await writeReports(run, folder, keptStays);
      await pointLatest(state, runId);
      if (options.json === true)
        terminal.out(
          `${JSON.stringify({ runId, folder: folder.path, exitCode, ...countsOf(run) })}\n`,
        );
      else terminal.out(`\n${onScreen(run, call, { folder: folder.path, keptStays })}`);
      return exitCode;
    } finally {
      await untilServicesAreGone(plan.file, environment);
    }
  },
});

type RunCall = CommandCall<typeof runOptions>;

interface Outcome {
  readonly exitCode: ExitCode;
  /** Whether the services, and data of failed tests with them, outlive the run. */
  readonly keptStays: boolean;
}

async function runUnderSession(
  call: RunCall,
  plan: StackPlan,
  say: (event: RunEvent) => void,
): Promise<Outcome> {
  const { options, positionals, rest, cwd, environment, terminal, interrupted } = call;
  using board = appendedBoard({
    plan,
    terminal,
    write: options.json === true ? () => {} : terminal.out,
  });
  await using session = await openSession({
    plan,
    purpose: options.keep === true ? "up" : "run",
    environment,
    onEvent: (event) => {
      say(event);
      board.show(event);
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
    () => false, // the session is gone, and the data with it
  );
  return { exitCode, keptStays };
}

function selection({
  workers,
  shuffle,
  seed,
  tag,
}: RunCall["options"]): Omit<Parameters<typeof vitestArguments>[0], "files" | "rest"> {
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
  folder: RunFolder,
  keptStays: boolean,
): Promise<void> {
  await Promise.all([
    writeFile(folder.junit, junit(run)),
    writeFile(folder.summary, textSummary(run, { keptStays })),
  ]);
}

/** What Vitest and the services' lines have not shown yet. */
function onScreen(
  run: RunSnapshot,
  { cwd, terminal }: RunCall,
  { folder, keptStays }: { readonly folder: string; readonly keptStays: boolean },
): string {
  const near = relative(cwd, folder);
  return textSummary(run, {
    paint: terminal.paint,
    services: false,
    diffs: false,
    folder: near.startsWith("..") ? folder : near,
    keptStays,
  });
}

function countsOf({ tests }: RunSnapshot): Record<"passed" | "failed" | "skipped", number> {
  const of = (state: string): number => tests.filter(({ result }) => result.state === state).length;
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}
