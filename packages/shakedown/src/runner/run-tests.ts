import { isShakedownError, ShakedownError } from "../errors/shakedown-error.ts";
import type { RunEvent } from "../events/run-event.ts";
import type { HeldSession } from "../supervisor/session.ts";
import type { Vitest } from "vitest/node";
import { endWorkers } from "./end-workers.ts";
import { loadVitest, type VitestNode } from "./load-vitest.ts";
import { runPlugin } from "./run-plugin.ts";
import type { StacksOfRun } from "./stacks-of-run.ts";
import { exitCodeOf, runReporter } from "./vitest-reporter.ts";

export interface RunTestsOptions {
  readonly session: Pick<HeldSession, "address">;
  readonly stacks: StacksOfRun;
  readonly stackFile: string;
  /** Where Vitest runs. */
  readonly root: string;
  /** As for Vitest's own command line, `vitest run` first. */
  readonly vitestArguments: readonly string[];
  readonly say: (event: RunEvent) => void;
  readonly interrupted: AbortSignal;
  /** Where Vitest's reporters write. @default standard output */
  readonly output?: NodeJS.WriteStream;
}

/** After an interrupt, tests that do not end by themselves are left this long. */
const graceMs = 2000;

/**
 * Runs the project's tests in its own Vitest, in this process, under a session that this process holds.
 *
 *   Vitest (reporter) ──► events ──► .shakedown/runs/<id>
 *   workers ──► plugin's desk (SHAKEDOWN_SESSION) ──► the session
 */
export async function runTests(options: RunTestsOptions): Promise<0 | 1 | 2 | 3 | 4 | 130> {
  const { session, interrupted } = options;
  const { startVitest, ...cli } = await loadVitest(options.root);
  const { filter, options: vitestOptions } = parseOrRefuse(cli, options.vitestArguments);
  let vitest: Vitest | undefined;
  const ownSignals = signalListeners();
  const reporter = {
    ...runReporter({ say: options.say, stacks: options.stacks }),
    onInit(started: Vitest): void {
      vitest = started;
      removeOtherSignalListeners(ownSignals);
    },
  };
  // The plugin reads it when Vitest is configured; its workers ask the plugin.
  process.env["SHAKEDOWN_SESSION"] = JSON.stringify({ [options.stackFile]: session.address });
  // Vitest notes failures of any kind here, and never takes them back.
  process.exitCode = undefined;
  // Also on the way out of a second Ctrl-C.
  process.once("exit", endWorkers);
  const run = startVitest(
    filter,
    { root: options.root, ...vitestOptions },
    { plugins: [runPlugin({ reporter, tagExpressions: [vitestOptions.tagsFilter ?? []].flat() })] },
    options.output === undefined ? {} : { stdout: options.output },
  );
  try {
    const cancel = (): Promise<void> | undefined => vitest?.cancelCurrentRun("keyboard-input");
    if (!(await endedOrInterrupted(run, interrupted, cancel))) endWorkers();
  } catch (error) {
    if (!interrupted.aborted)
      throw isShakedownError(error) ? error : notStarted(error, options.root);
  }
  if (interrupted.aborted) return 130;
  const code = process.exitCode as number | undefined;
  if (code === undefined || code === 0) return 0;
  return exitCodeOf(reporter.failures);
}

/** Failed tests do not get here: this is the project's configuration, or a plugin of it. */
function notStarted(error: unknown, root: string): ShakedownError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ShakedownError("TEST_SETUP", `vitest did not start in ${root}`, {
    details: { stack },
    hint: "Try it without shakedown: npx vitest run",
    cause: error,
  });
}

type ParsedCli = ReturnType<VitestNode["parseCLI"]>;

function parseOrRefuse(
  { createCLI, parseCLI }: Pick<VitestNode, "createCLI" | "parseCLI">,
  argv: readonly string[],
): ParsedCli {
  let parsed: ParsedCli;
  try {
    const cli = createCLI();
    cli.parse(["node", ...argv], { run: false });
    cli.matchedCommand?.checkUnknownOptions();
    parsed = parseCLI([...argv]);
  } catch (cause) {
    throw new ShakedownError(
      "CLI_USAGE",
      `vitest does not take these arguments: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: "See what it takes: npx vitest --help",
        cause,
      },
    );
  }
  if (parsed.options.watch === true || parsed.options.ui === true) {
    throw new ShakedownError("CLI_USAGE", "shakedown run runs the tests once; it does not watch", {
      hint: "For watch mode, keep the services with `shakedown up` and call Vitest itself: npx vitest",
    });
  }
  // What Vitest's own command line does with its words before it starts.
  const { exclude, ...others } = parsed.options;
  const excluded = exclude === undefined ? {} : { cliExclude: [exclude].flat() };
  const places = parsed.filter.some((filter) => /:\d+$/.test(filter))
    ? { includeTaskLocation: true }
    : {};
  return {
    filter: parsed.filter,
    options: { ...places, ...others, ...excluded, run: true, watch: false },
  };
}

/** Gives false when the run was interrupted and did not end in time. */
async function endedOrInterrupted(
  run: Promise<unknown>,
  interrupted: AbortSignal,
  cancel: () => Promise<unknown> | undefined,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const gaveUp = new Promise<false>((resolve) => {
    const onInterrupt = (): void => {
      void cancel()?.catch(() => {}); // a run that cannot be cancelled is given up below
      timer = setTimeout(() => resolve(false), graceMs);
    };
    if (interrupted.aborted) onInterrupt();
    interrupted.addEventListener("abort", onInterrupt, { once: true });
  });
  try {
    return await Promise.race([run.then(() => true), gaveUp]);
  } finally {
    clearTimeout(timer);
  }
}

const endSignals = ["SIGINT", "SIGTERM"] as const;
type Listener = NodeJS.SignalsListener;

function signalListeners(): ReadonlySet<Listener> {
  return new Set(endSignals.flatMap((signal) => process.listeners(signal)));
}

/** Vitest ends the process a millisecond after a signal: too early to write what the run knows, and to close its session. */
function removeOtherSignalListeners(own: ReadonlySet<Listener>): void {
  for (const signal of endSignals) {
    for (const listener of process.listeners(signal))
      if (!own.has(listener)) process.off(signal, listener);
  }
}
