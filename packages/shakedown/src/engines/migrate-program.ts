import { ownModule } from "../kit/own-module.ts";
import { fileURLToPath } from "node:url";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { runCommand } from "../process/run-command.ts";
import type { FunctionReference } from "../stack/plan.ts";
import type { StartContext } from "./engine.ts";

export interface ProgramOptions {
  readonly context: StartContext;
  /** The database that it migrates. */
  readonly url: string;
  /** What the engine's own tools read, beside `DATABASE_URL`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Runs the user's own migration tool in the stack's folder, with `DATABASE_URL` and the engine's own variables. */
export async function runMigrateCommand(
  command: readonly string[],
  options: ProgramOptions,
): Promise<void> {
  const [program = "", ...args] = command;
  await run({ program, args, shown: command.join(" ") }, options);
}

/** Calls the function of the stack file in a process of its own: the supervisor never loads user code. */
export async function runMigrateFunction(
  { $function }: FunctionReference,
  options: ProgramOptions,
): Promise<void> {
  const entry = fileURLToPath(ownModule("stack/run-function"));
  const call = JSON.stringify({
    ...$function,
    file: options.context.stack.file,
    argument: { url: options.url },
  });
  await run(
    {
      program: process.execPath,
      args: [entry],
      shown: "the function `migrate`",
      env: { SHAKEDOWN_CALL: call },
    },
    options,
  );
}

interface Program {
  readonly program: string;
  readonly args: readonly string[];
  readonly shown: string;
  readonly env?: Readonly<Record<string, string>>;
}

async function run(
  { program, args, shown, env = {} }: Program,
  { context, url, variables }: ProgramOptions,
): Promise<void> {
  const { service, stack, log, processes, signal } = context;
  const result = await runCommand({
    title: `${service.name}: ${shown}`,
    command: program,
    args,
    cwd: stack.root,
    env: { ...context.environment, DATABASE_URL: url, ...variables, ...env },
    processes,
    signal,
    timeoutMs: stack.startTimeoutMs,
    onLine: (stream, line) => log.write(stream, line),
  });
  if (result.code === 0 && !result.timedOut) return;
  const how = result.timedOut
    ? `took longer than ${stack.startTimeoutMs} ms`
    : result.signal === null
      ? `ended with status ${result.code}`
      : `ended by ${result.signal}`;
  const output = `${result.stdout}${result.stderr}`.trim().split("\n");
  throw new ShakedownError("MIGRATION_FAILED", `${service.name}: ${shown} ${how}`, {
    details: { cwd: stack.root, logTail: output.slice(-30) },
    hint: `Read its output above, or all of it: shakedown logs ${service.name}`,
  });
}
