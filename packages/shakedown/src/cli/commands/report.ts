import { resolve } from "node:path";
import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { htmlReport } from "../write-reports.ts";
import { listRuns, readRun, type StoredRun } from "../../runner/stored-runs.ts";
import { placesOf } from "../../supervisor/places.ts";
import { command, type CommandCall } from "../command.ts";
import { locateStack } from "../load-stack.ts";
import { openInBrowser } from "../open-in-browser.ts";
import { renderRuns } from "../render-runs.ts";

const reportOptions = {
  print: { type: "boolean", summary: "open: print where the report is, and open no browser." },
  out: { type: "string", value: "file", summary: "write: the file to write." },
} as const;

export const reportCommand = command({
  name: "report",
  summary: "Open, list or write the reports of runs",
  usage: "<open|list|write> [run]",
  description: [
    "open [run] opens a run's HTML report in the browser: the newest run's unless told.",
    "list shows the runs that are kept. write [run] --out <file> writes a report again, from the run's events.",
  ],
  options: reportOptions,
  positionals: { least: 0, most: 2, what: "open, list or write, and a run" },
  async run(call) {
    const [word = "open", name] = call.positionals;
    const { cwd, options } = call;
    const runs = await listRuns(placesOf(locateStack({ cwd, named: options.stack })).state);
    switch (word) {
      case "open":
        return openReport(call, chosen(runs, name));
      case "list":
        if (options.json === true) call.terminal.out(`${JSON.stringify(runs, null, 2)}\n`);
        else call.terminal.out(renderRuns(runs, call.terminal.paint));
        return 0;
      case "write":
        return writeReport(call, chosen(runs, name));
      default:
        throw new ShakedownError("CLI_USAGE", `shakedown report: unknown word "${word}"`, {
          hint: "Say what to do: shakedown report open, list or write",
        });
    }
  },
});

type ReportCall = CommandCall<typeof reportOptions>;

async function openReport(
  { options, environment, terminal }: ReportCall,
  run: StoredRun,
): Promise<0> {
  if (run.report === undefined) {
    throw new ShakedownError("CLI_USAGE", `run ${run.runId} has no HTML report`, {
      hint: `Write it: shakedown report write ${run.runId} --out report.html`,
    });
  }
  if (options.json === true) terminal.out(`${JSON.stringify(run)}\n`);
  const prints = options.print === true || options.json === true;
  if (prints || !(await openInBrowser(pathToFileURL(run.report).href, environment))) {
    if (options.json !== true) terminal.out(`${run.report}\n`);
  }
  return 0;
}

async function writeReport({ options, cwd, terminal }: ReportCall, run: StoredRun): Promise<0> {
  if (options.out === undefined) {
    throw new ShakedownError("CLI_USAGE", "shakedown report write: the file to write is missing", {
      hint: "Name it: shakedown report write --out report.html",
    });
  }
  const file = resolve(cwd, options.out);
  await writeFile(file, await htmlReport(await readRun(run)));
  terminal.out(options.json === true ? `${JSON.stringify({ file })}\n` : `${file}\n`);
  return 0;
}

function chosen(runs: readonly StoredRun[], name: string | undefined): StoredRun {
  const run = name === undefined ? runs[0] : runs.find(({ runId }) => runId === name);
  if (run !== undefined) return run;
  throw new ShakedownError(
    "CLI_USAGE",
    name === undefined ? "there is no run to report on" : `there is no run ${name}`,
    {
      hint:
        runs.length === 0
          ? "Run the tests: shakedown run"
          : "See which there are: shakedown report list",
    },
  );
}
