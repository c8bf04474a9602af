import type { RunSnapshot } from "../../events/reduce-run.ts";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { TestSelection } from "../../runner/vitest-arguments.ts";
import { type ReportKind, reportKinds } from "../write-reports.ts";
import { keepSettings } from "../../stack/keep-settings.ts";
import { command, type CommandCall, type ExitCode } from "../command.ts";
import {
  type ComparedRun,
  parseWorkerCounts,
  renderComparison,
  worstExitCode,
} from "../compare-workers.ts";
import { spanText } from "../keep-text.ts";
import { loadStack } from "../load-stack.ts";
import { recordedRun, type RecordedRun, type RecordedRunOptions } from "../recorded-run.ts";

const runOptions = {
  workers: {
    type: "number",
    value: "count",
    summary: "How many test files run at once, each on a slot of its own.",
  },
  "compare-workers": {
    type: "string",
    value: "counts",
    summary: "Run everything once for each number of workers, and compare the times: 1,2",
  },
  shuffle: { type: "boolean", summary: "Run tests in random order; the seed is printed." },
  seed: { type: "number", value: "number", summary: "The seed of that order." },
  tag: {
    type: "strings",
    value: "expression",
    summary: "Only tests with these tags: --tag 'api && !slow'. May be repeated: all must hold.",
  },
  report: {
    type: "string",
    value: "kinds",
    summary: `The reports to write, of ${reportKinds.join(",")}; all unless told.`,
  },
  "no-report": { type: "boolean", summary: "Write no report but the run's events." },
  keep: {
    type: "boolean",
    summary:
      "Leave the services running, with the data of failed tests; on CI, also use those that are running.",
  },
  "idle-minutes": {
    type: "string",
    value: "minutes",
    summary: "With --keep: how long they wait for a client; 120 unless told, 0 for no limit.",
  },
  fresh: {
    type: "boolean",
    summary:
      "Services of its own, whatever `shakedown up` keeps; so it is on CI, unless told to keep.",
  },
} as const;

export const runCommand = command({
  name: "run",
  summary: "Run the tests on the stack's services and tell what the services did",
  usage: "[files…] [-- vitest arguments]",
  description: [
    "Runs the project's own Vitest, with its configuration; services start when the first test needs them.",
    "Afterwards .shakedown/report/index.html tells everything about the run; .shakedown/latest holds the same as",
    "summary.txt, junit.xml, report.html and events.jsonl.",
  ],
  options: runOptions,
  passesRest: true,
  async run(call) {
    const { options, cwd, environment, terminal } = call;
    const reports = chosenReports(call);
    const compared = options["compare-workers"];
    const counts = compared === undefined ? undefined : parseWorkerCounts(compared);
    const plan = await loadStack({ cwd, named: options.stack, environment });
    const keep = keepSettings(plan, environment, {
      keep: options.keep,
      fresh: options.fresh,
      idleMinutes: options["idle-minutes"],
    });
    const once = (workers: number | undefined): Promise<RecordedRun> => {
      const settings: RecordedRunOptions = {
        plan,
        selection: selection(call, workers),
        keep,
        reports,
      };
      return recordedRun(call, settings);
    };
    if (counts !== undefined) return compare(call, counts, once);
    const recorded = await once(options.workers);
    if (options.json === true) terminal.out(`${JSON.stringify(asJson(recorded))}\n`);
    else if (keep.keep !== undefined)
      terminal.out(`${terminal.words(stayText(keep.keep.idleMs))}\n`);
    return recorded.exitCode;
  },
});

function stayText(idleMs: number): string {
  const limit = idleMs === 0 ? "" : `, or after ${spanText(idleMs)} without a client`;
  return `The services stay. Stop them with: shakedown down${limit}`;
}

type RunCall = CommandCall<typeof runOptions>;

async function compare(
  { options, terminal, interrupted }: RunCall,
  counts: readonly number[],
  once: (workers: number) => Promise<RecordedRun>,
): Promise<ExitCode> {
  const runs: ComparedRun[] = [];
  for (const workers of counts) {
    if (interrupted.aborted) break;
    runs.push({ ...(await once(workers)), workers });
  }
  if (options.json === true)
    terminal.out(
      `${JSON.stringify(runs.map((each) => ({ workers: each.workers, durationMs: each.run.finished?.durationMs, ...asJson(each) })))}\n`,
    );
  else terminal.out(`\n${renderComparison(runs)}`);
  return worstExitCode(runs);
}

function selection(
  { options, positionals, rest }: RunCall,
  workers: number | undefined,
): TestSelection {
  const { shuffle, seed, tag } = options;
  return {
    files: positionals,
    rest,
    ...(workers === undefined ? {} : { workers }),
    ...(shuffle === undefined ? {} : { shuffle }),
    ...(seed === undefined ? {} : { seed }),
    ...(tag === undefined ? {} : { tags: tag }),
  };
}

function chosenReports({ options }: RunCall): readonly ReportKind[] {
  if (options["no-report"] === true) return [];
  if (options.report === undefined) return reportKinds;
  const words = options.report.split(",").map((word) => word.trim());
  const unknown = words.filter((word) => !isReportKind(word));
  if (unknown.length === 0) return words.filter(isReportKind);
  throw new ShakedownError("CLI_USAGE", `--report: there is no report ${unknown.join(", ")}`, {
    hint: `Choose from ${reportKinds.join(",")}; for none: --no-report`,
  });
}

function isReportKind(word: string): word is ReportKind {
  return (reportKinds as readonly string[]).includes(word);
}

function asJson({ run, folder, exitCode }: RecordedRun): object {
  return { runId: run.runId, folder: folder.path, exitCode, ...countsOf(run) };
}

function countsOf({ tests }: RunSnapshot): Record<"passed" | "failed" | "skipped", number> {
  const of = (state: string): number => tests.filter(({ result }) => result.state === state).length;
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}
