import { randomBytes } from "node:crypto";
import type { Exit, Processes, StartOptions } from "./managed-process.ts";
import { openProcesses } from "./open-processes.ts";

export interface RunCommandOptions extends Pick<
  StartOptions,
  "title" | "command" | "args" | "cwd" | "env" | "uid" | "gid"
> {
  /** The supervisor's; without them the command gets a leash of its own. */
  readonly processes?: Processes;
  /** @default 60000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onLine?: StartOptions["onLine"];
}

export interface CommandResult extends Exit {
  readonly stdout: string;
  readonly stderr: string;
  /** True when the time limit ended it. */
  readonly timedOut: boolean;
}

/** Of each stream the last part is kept. */
const mostCharacters = 8 * 1024 * 1024;

/**
 * Runs a command to its end. Every exit is an answer, also one by a signal or by the time limit; its whole tree is gone then.
 *
 * @throws ShakedownError `START_FAILED` when it does not run at all
 * @throws the signal's reason when `signal` was aborted
 */
export async function runCommand(options: RunCommandOptions): Promise<CommandResult> {
  const { processes, timeoutMs = 60_000, signal } = options;
  signal?.throwIfAborted();
  if (processes === undefined) {
    await using own = await openProcesses({ cookie: randomBytes(8).toString("hex") });
    return await runCommand({ ...options, processes: own });
  }
  const captured = { out: keepLines(), err: keepLines() };
  const { title, command, args, cwd, env, uid, gid } = options;
  const running = await processes.start({
    title,
    command,
    args,
    cwd,
    env,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    stopSteps: [{ signal: "SIGTERM", to: "group", waitMs: 500 }],
    deathSignal: "SIGKILL",
    onLine(stream, line) {
      captured[stream].add(line);
      options.onLine?.(stream, line);
    },
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    void running.stop();
  }, timeoutMs);
  const stop = (): void => void running.stop();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted === true) stop();
  try {
    const exit = await running.exited;
    await running.stop();
    signal?.throwIfAborted();
    return { ...exit, timedOut, stdout: captured.out.text(), stderr: captured.err.text() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function keepLines(): { add: (line: string) => void; text: () => string } {
  let lines: string[] = [];
  let characters = 0;
  return {
    add(line) {
      lines.push(line);
      characters += line.length + 1;
      if (characters > 2 * mostCharacters) {
        lines = [lines.join("\n").slice(-mostCharacters)];
        characters = mostCharacters;
      }
    },
    text: () =>
      lines
        .map((line) => `${line}\n`)
        .join("")
        .slice(-mostCharacters),
  };
}
