import { relative } from "node:path";
import { reduceRun, type RunSnapshot } from "../events/reduce-run.ts";
import { eventFormat, type KeptData, type RunEvent } from "../events/run-event.ts";
import { errorCodes } from "../errors/codes.ts";
import { packageVersion } from "../kit/package-version.ts";
import { plainPaint } from "../kit/paint.ts";
import { type Redactor, redactor, secretsAmong } from "../kit/redact.ts";
import { textSummary } from "../reports/text-summary.ts";
import { type EventLog, openEventLog } from "../runner/event-log.ts";
import { makeRunFolder, pointLatest, type RunFolder } from "../runner/run-folder.ts";
import { makeRunId } from "../runner/run-id.ts";
import { runTests } from "../runner/run-tests.ts";
import { type StacksOfRun, stacksOfRun } from "../runner/stacks-of-run.ts";
import { vitestArguments, vitestRoot, type TestSelection } from "../runner/vitest-arguments.ts";
import { type ReportKind, writeReports } from "./write-reports.ts";
import type { KeepSettings } from "../stack/keep-settings.ts";
import type { StackPlan } from "../stack/plan.ts";
import { openSession } from "../supervisor/client.ts";
import { placesOf } from "../supervisor/places.ts";
import type { CommandCall, ExitCode } from "./command.ts";
import { stopFinding, watchLoss } from "./lost-session.ts";
import { notReusedLine } from "./reuse-text.ts";
import { appendedBoard } from "./service-board.ts";
import { untilServicesAreGone } from "./until-services-are-gone.ts";

export interface RecordedRunOptions {
  readonly plan: StackPlan;
  readonly selection: TestSelection;
  /** Whether the services stay, with the data of failed tests, and whether those that are kept are used. */
  readonly keep: KeepSettings;
  readonly reports: readonly ReportKind[];
}

export interface RecordedRun {
  readonly exitCode: ExitCode;
  readonly run: RunSnapshot;
  readonly folder: RunFolder;
}

type AnyCall = Pick<CommandCall, "cwd" | "environment" | "terminal" | "interrupted"> & {
  readonly options: { readonly json?: boolean; readonly color?: boolean };
};

/** Runs the tests once, writes down what happened, and tells it on the terminal. */
export async function recordedRun(
  call: AnyCall,
  options: RecordedRunOptions,
): Promise<RecordedRun> {
  const { environment, terminal } = call;
  const { plan, selection } = options;
  const { state } = placesOf(plan.file);
  const runId = makeRunId(new Date());
  const folder = await makeRunFolder(state, runId);
  const redact = redactor(secretsAmong(environment));
  using log = openEventLog(folder.events, redact);
  const root = vitestRoot(call.cwd, plan.root);
  const startedEpochMs = Date.now();
  log.say({
    type: "run:started",
    format: eventFormat,
    runId,
    command: commandText(selection),
    shakedownVersion: packageVersion(),
    root,
    ...(selection.workers === undefined ? {} : { workers: selection.workers }),
    atEpochMs: startedEpochMs,
  });
  if (call.options.json !== true) terminal.out(`${terminal.paint("dim", `run ${runId}`)}\n`);
  try {
    const kept = new Map<string, readonly KeptData[]>();
    const outcome = await underSession(call, { ...options, root, log, redact, kept });
    const { exitCode, keptStays } = outcome;
    const endedEpochMs = Date.now();
    log.say({
      type: "run:finished",
      durationMs: endedEpochMs - startedEpochMs,
      exitCode,
      keptStays,
      atEpochMs: endedEpochMs,
    });
    log.clean();
    const run = reduceRun(log.events);
    const { html: report } = await writeReports({
      events: log.events,
      run,
      folder,
      kinds: options.reports,
    });
    await pointLatest(state, runId);
    if (call.options.json !== true) {
      terminal.out(
        `\n${textSummary(withConnectLines(run, kept), {
          paint: terminal.paint,
          services: false,
          errors: selection.rest.some((word) => word.startsWith("--reporter")),
          folder: nearPath(call.cwd, folder.path),
          ...(report === undefined ? {} : { report: nearPath(call.cwd, report) }),
        })}`,
      );
    }
    return { exitCode, run, folder };
  } finally {
    await untilServicesAreGone(plan.file, environment);
  }
}

interface SessionOptions extends RecordedRunOptions {
  readonly root: string;
  readonly log: EventLog;
  readonly redact: Redactor;
  /** Filled with what must be told whole on the terminal: how to connect to kept data. */
  readonly kept: Map<string, readonly KeptData[]>;
}

async function underSession(
  call: AnyCall,
  { plan, selection, keep, root, log, redact, kept }: SessionOptions,
): Promise<{ readonly exitCode: ExitCode; readonly keptStays: boolean }> {
  const { options, cwd, environment, terminal, interrupted } = call;
  using board = appendedBoard({
    plan,
    terminal,
    write: options.json === true ? () => {} : terminal.out,
  });
  const opened: { stacks?: StacksOfRun } = {};
  const secrets = keepSecrets(redact, async () => (await opened.stacks?.secrets()) ?? []);
  /** In files, which hold no passwords, stands the command that knows them. */
  const withoutPassword = ({ service, connect, command }: KeptData): KeptData => ({
    service,
    connect: redact.text(connect) === connect ? connect : (command ?? connect),
  });
  const say = (event: RunEvent): void => {
    if (event.type === "test:evidence") {
      kept.set(event.testId, event.kept);
      log.say({ ...event, kept: event.kept.map(withoutPassword) });
    } else if (event.type === "slot:retired" && event.kept !== undefined)
      log.say({ ...event, kept: withoutPassword(event.kept) });
    else log.say(event);
    if (event.type === "slot:leased" || event.type === "service:ready") secrets.look();
  };
  await using session = await openSession({
    plan,
    purpose: "run",
    environment,
    ...keep,
    onEvent: (event) => {
      say(opened.stacks?.told(plan.file, event) ?? event);
      board.show(event);
      if (event.type === "service:stopped" && event.error !== undefined) say(stopFinding(event));
    },
  });
  using loss = watchLoss(session);
  const news = notReusedLine(session.reuse);
  if (news !== undefined && options.json !== true)
    terminal.out(`${terminal.paint("yellow", ` ↻ ${terminal.words(news)}`)}\n`);
  using stacks = stacksOfRun({ stackFile: plan.file, session, cwd, say });
  opened.stacks = stacks;
  // Vitest colours what goes into a pipe, too, when it believes that somebody looks.
  tellVitestColours(options.color ?? (terminal.paint === plainPaint ? false : undefined));
  // As if it were called there: tests may read files relative to where they run.
  process.chdir(root);
  const exitCode = await runTests({
    session,
    stacks,
    stackFile: plan.file,
    root,
    vitestArguments: vitestArguments(selection, cwd),
    say,
    interrupted: AbortSignal.any([interrupted, loss.signal]),
    // The one document on standard output is ours.
    ...(options.json === true ? { output: process.stderr } : {}),
  });
  secrets.look();
  await secrets.settled();
  const keptStays = await session.status().then(
    (status) => status.keep && session.reuse.outcome !== "own",
    () => false, // the session is gone, and the data with it
  );
  if (!loss.signal.aborted || interrupted.aborted) return { exitCode, keptStays };
  // What the tests said by then only follows from it.
  say({
    type: "run:finding",
    message: `the stack was stopped while its tests ran: ${String(loss.signal.reason)}`,
    atEpochMs: Date.now(),
  });
  return { exitCode: errorCodes.SESSION_ENDED.exit, keptStays: false };
}

/** Asks the supervisor what must not be written down: when something has started, and at the end. */
interface SecretsKept {
  look(): void;
  settled(): Promise<void>;
}

function keepSecrets(redact: Redactor, ask: () => Promise<readonly string[]>): SecretsKept {
  let looking: Promise<void> | undefined;
  let again = false;
  const look = (): void => {
    again = true;
    looking ??= (async () => {
      while (again) {
        again = false;
        redact.add(await ask());
      }
      looking = undefined;
    })();
  };
  return { look, settled: async () => looking };
}

function commandText({ files, rest }: TestSelection): string {
  return ["shakedown run", ...files, ...(rest.length === 0 ? [] : ["--", ...rest])].join(" ");
}

/** Whoever reads the terminal may connect without another command. */
function withConnectLines(
  run: RunSnapshot,
  kept: ReadonlyMap<string, readonly KeptData[]>,
): RunSnapshot {
  return {
    ...run,
    tests: run.tests.map((test) => ({ ...test, kept: kept.get(test.test.id) ?? test.kept })),
  };
}

function nearPath(cwd: string, path: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}

/** Vitest and its workers decide by environment. */
function tellVitestColours(color: boolean | undefined): void {
  if (color === undefined) return;
  delete process.env[color ? "NO_COLOR" : "FORCE_COLOR"];
  process.env[color ? "FORCE_COLOR" : "NO_COLOR"] = "1";
}
