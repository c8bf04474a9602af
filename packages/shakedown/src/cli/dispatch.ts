import { errorCodes } from "../errors/codes.ts";
import { asMachineError } from "../errors/machine-error.ts";
import { isShakedownError, ShakedownError, toWireError } from "../errors/shakedown-error.ts";
import { definedOnly } from "../kit/defined-only.ts";
import { nearest } from "../kit/nearest.ts";
import { commandIndex, type CommandName, isCommandName, loadCommand } from "./command-index.ts";
import type { Command, CommandCall, ExitCode } from "./command.ts";
import { openTerminal } from "./terminal.ts";

/**
 * The command line: words → command → call → exit status.
 *
 *   main.ts → dispatch → parse-arguments (by the command's table) → commands/<name>.ts → render → exit status
 *
 * A new command is a file in commands/ and a row in command-index.ts; help and docs come from its table.
 */
export async function dispatch(argv: readonly string[]): Promise<void> {
  ignoreBrokenPipe();
  await exit(await runCommandLine(argv));
}

async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  const json = beforeRest(argv).includes("--json");
  const terminal = openTerminal({
    out: process.stdout,
    err: process.stderr,
    environment: process.env,
    color: colourFlag(beforeRest(argv)),
  });
  const interrupts = abortOnInterrupt();
  const interrupted = interrupts.signal;
  try {
    const { name, words } = chooseCommand(argv);
    const command = await loadCommand(name);
    const { parseArguments } = await import("./parse-arguments.ts");
    const parsed = parseArguments(command, words);
    // Another program decides when to end; a second Ctrl-C is meant for it as well.
    if (command.passesStatus === true) interrupts.leaveSecond();
    if (parsed.options["help"] === true) {
      const { renderCommandHelp } = await import("./render-help.ts");
      terminal.out(terminal.words(renderCommandHelp(command, terminal.paint)));
      return 0;
    }
    const call = {
      ...parsed,
      cwd: process.cwd(),
      environment: definedOnly(process.env),
      terminal,
      interrupted,
    };
    const code = await command.run(call as unknown as CommandCall<Command["options"]>);
    return interrupted.aborted && command.passesStatus !== true ? 130 : code;
  } catch (thrown) {
    if (interrupted.aborted && !isShakedownError(thrown)) return 130;
    const error = asMachineError(thrown);
    const { renderError } = await import("./render-error.ts");
    if (json) terminal.out(`${JSON.stringify({ error: toWireError(error) }, null, 2)}\n`);
    else terminal.err(terminal.words(renderError(error, terminal.paint)));
    if (interrupted.aborted) return 130;
    return isShakedownError(error) ? errorCodes[error.code].exit : 4;
  }
}

function chooseCommand(argv: readonly string[]): { name: CommandName; words: readonly string[] } {
  const [first, ...words] = argv;
  if (first === undefined || first === "--help" || first === "-h") return { name: "help", words };
  if (first === "--version" || first === "-v" || first === "-V") return { name: "version", words };
  if (isCommandName(first)) return { name: first, words };
  const names = Object.keys(commandIndex);
  if (first.startsWith("-")) {
    throw new ShakedownError("CLI_USAGE", `shakedown: ${first} stands before the command`, {
      hint: `Name the command first: shakedown <${names.join("|")}> ${first}`,
    });
  }
  const near = nearest(first, names);
  const looksLikeTests = /[./*]/.test(first);
  throw new ShakedownError(
    "CLI_USAGE",
    `shakedown: unknown command "${first}"${near === undefined ? "" : `, did you mean ${near}?`}`,
    {
      hint: looksLikeTests
        ? `To run tests: shakedown run ${first}`
        : "See all commands: shakedown --help",
    },
  );
}

function beforeRest(argv: readonly string[]): readonly string[] {
  const cut = argv.indexOf("--");
  return cut === -1 ? argv : argv.slice(0, cut);
}

function colourFlag(argv: readonly string[]): boolean | undefined {
  if (argv.includes("--no-color")) return false;
  return argv.includes("--color") ? true : undefined;
}

/** The first Ctrl-C asks the command to close what it opened; the second one leaves at once (the supervisor notices and closes). */
function abortOnInterrupt(): { readonly signal: AbortSignal; readonly leaveSecond: () => void } {
  const controller = new AbortController();
  let endsAtSecond = true;
  const onSignal = (): void => {
    if (controller.signal.aborted && endsAtSecond) process.exit(130);
    controller.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return { signal: controller.signal, leaveSecond: () => void (endsAtSecond = false) };
}

/** `shakedown logs | head` closes our output early: that is no error. */
function ignoreBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
}

/** Test code may have left handles open, so the end is asked for; output goes out first. */
async function exit(code: ExitCode): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise((resolve) => stream.write("", resolve)),
    ),
  );
  process.exit(code);
}
