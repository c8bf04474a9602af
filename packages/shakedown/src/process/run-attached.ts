import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { ShakedownError } from "../errors/shakedown-error.ts";

export interface AttachedOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

const forwarded = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

/**
 * Runs a command in this process's place: on its terminal, with its input and output, in its process group, and with the
 * signals that it gets. Gives what a shell would give: its exit status, or 128 and the number of the signal that ended it.
 *
 * @throws ShakedownError `CLI_USAGE` when there is no such program
 */
export async function runAttached({ command, args, cwd, env }: AttachedOptions): Promise<number> {
  const child = spawn(command, args, { cwd, env, stdio: "inherit" });
  const forwards = forwarded.map((signal) => {
    const forward = (): void => {
      if (!isFromTerminal(signal)) child.kill(signal);
    };
    process.on(signal, forward);
    return [signal, forward] as const;
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", (cause: NodeJS.ErrnoException) => reject(notRun(command, cause)));
      child.once("exit", (code, signal) =>
        resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
      );
    });
  } finally {
    for (const [signal, forward] of forwards) process.off(signal, forward);
  }
}

/** Ctrl-C and Ctrl-\ reach the whole group in the terminal's foreground: the command has got its own. */
function isFromTerminal(signal: NodeJS.Signals): boolean {
  return (signal === "SIGINT" || signal === "SIGQUIT") && isInForeground();
}

function isInForeground(): boolean {
  try {
    const text = readFileSync("/proc/self/stat", "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [group, terminal, foreground] = [fields[2], fields[4], fields[5]];
    return terminal !== "0" && group === foreground;
  } catch {
    // No /proc: a process with a terminal is mostly the one in front.
    return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  }
}

function notRun(command: string, cause: NodeJS.ErrnoException): ShakedownError {
  const why =
    cause.code === "ENOENT"
      ? "there is no such program"
      : cause.code === "EACCES"
        ? "it may not be executed"
        : cause.message;
  return new ShakedownError("CLI_USAGE", `${command} cannot be run: ${why}`, {
    hint: "Give a program and its arguments after --; for a command line: -- sh -c '…'",
    cause,
  });
}
