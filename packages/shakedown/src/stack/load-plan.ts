import { ownModule } from "../kit/own-module.ts";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fromWireError, ShakedownError } from "../errors/shakedown-error.ts";
import { runCommand } from "../process/run-command.ts";
import type { GivenEnvironment, LoaderAnswer } from "./evaluate-stack.ts";
import type { StackPlan } from "./plan.ts";
import { type CachedPlan, planCache } from "./plan-cache.ts";
import { realPath } from "./real-path.ts";

export interface LoadStackOptions {
  /** What the stack file sees as `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
  /** @default `.shakedown/cache/plans` beside the stack file */
  readonly cacheFolder?: string;
  /** @default 30000 */
  readonly timeoutMs?: number;
  /** What the stack file prints while it is evaluated, a line at a time. @default to standard error */
  readonly onOutput?: (line: string) => void;
}

export interface LoadedStack {
  readonly plan: StackPlan;
  /** Absolute paths of the files that the plan was made from: watch these. */
  readonly dependencies: readonly string[];
}

/**
 * Gives a stack file's plan: from the cache while nothing that it was made from has changed, else evaluated in a child.
 *
 * @throws ShakedownError `STACK_MISSING`, `STACK_UNREADABLE`, or `STACK_INVALID` with all mistakes at once
 */
export async function loadStackPlan(file: string, options: LoadStackOptions): Promise<LoadedStack> {
  const stackFile = realPath(resolve(file));
  if (!existsSync(stackFile)) {
    throw new ShakedownError("STACK_MISSING", `the stack file ${stackFile} does not exist`, {
      hint: "Name an existing file: --stack path/to/shakedown.stack.ts",
    });
  }
  const folder = options.cacheFolder ?? join(dirname(stackFile), ".shakedown", "cache", "plans");
  const cache = planCache(folder, stackFile, options.environment);
  const cached = cache.read();
  if (cached !== undefined) return toLoaded(cached);
  const startedEpochMs = Date.now();
  const key = JSON.stringify([stackFile, folder, options.environment]);
  const loading =
    loads.get(key) ?? evaluateInChild(stackFile, options).finally(() => loads.delete(key));
  loads.set(key, loading);
  const made = await loading;
  cache.write(made, startedEpochMs);
  return toLoaded(made);
}

/** Under way in this process: several Vitest projects ask for the same stack at once, and each child takes 100 MB. */
const loads = new Map<string, Promise<CachedPlan>>();

function toLoaded({ plan, inputs }: CachedPlan): LoadedStack {
  return { plan, dependencies: inputs.files.filter((file) => existsSync(file)) };
}

async function evaluateInChild(stackFile: string, options: LoadStackOptions): Promise<CachedPlan> {
  const {
    environment,
    timeoutMs = 30_000,
    onOutput = (line) => process.stderr.write(`${line}\n`),
  } = options;
  const folder = await mkdtemp(join(tmpdir(), "shakedown-plan-"));
  const answerFile = join(folder, "answer.json");
  const lines: string[] = [];
  try {
    const result = await runCommand({
      title: "the loader of the stack file",
      command: process.execPath,
      args: [
        fileURLToPath(ownModule("stack/loader-child")),
        stackFile,
        answerFile,
        JSON.stringify(namesOf(environment)),
      ],
      cwd: dirname(stackFile),
      env: environment,
      timeoutMs,
      onLine(_stream, line) {
        lines.push(line);
        onOutput(line);
      },
    });
    if (!existsSync(answerFile)) throw noAnswer(stackFile, result, { lines, timeoutMs });
    const answer = JSON.parse(await readFile(answerFile, "utf8")) as LoaderAnswer;
    if (answer.kind === "error") throw fromWireError(answer.error);
    return answer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function namesOf(environment: Readonly<Record<string, string>>): GivenEnvironment {
  const folder = environment["PWD"];
  return { names: Object.keys(environment), ...(folder === undefined ? {} : { PWD: folder }) };
}

interface Ending {
  readonly timedOut: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function noAnswer(
  stackFile: string,
  { timedOut, code, signal }: Ending,
  { lines, timeoutMs }: { readonly lines: readonly string[]; readonly timeoutMs: number },
): ShakedownError {
  const tail = lines.slice(-20);
  const printed =
    tail.length === 0 ? "" : `\n\nIt printed:\n${tail.map((line) => `  ${line}`).join("\n")}`;
  const how = timedOut
    ? `was not evaluated after ${timeoutMs} ms`
    : `ended its process with ${signal ?? `exit code ${code}`}`;
  return new ShakedownError("STACK_UNREADABLE", `${stackFile} ${how}${printed}`, {
    hint: timedOut
      ? "Take out of the file what waits: a server, a connection, a top-level await that never settles"
      : "Take out of the file what ends the process, such as process.exit",
    details: { file: stackFile, output: tail },
  });
}
