import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { packageVersion } from "../kit/package-version.ts";
import type { PlanInputs } from "./evaluate-stack.ts";
import { planFormat, type StackPlan } from "./plan.ts";

export interface CachedPlan {
  readonly plan: StackPlan;
  readonly inputs: PlanInputs;
}

interface Entry extends CachedPlan {
  /** Over the bytes of all files and the values of all variables that were read. */
  readonly fingerprint: string;
}

export interface PlanCache {
  /** The plan, if everything that it was made from is still the same. */
  read(): CachedPlan | undefined;
  /** Keeps nothing when a file was changed since `startedEpochMs`: who knows which bytes the plan was made from. */
  write(made: CachedPlan, startedEpochMs: number): void;
}

/** The last plan of one stack file. */
export function planCache(
  folder: string,
  stackFile: string,
  environment: Readonly<Record<string, string>>,
): PlanCache {
  const key = createHash("sha256")
    .update(JSON.stringify([packageVersion(), planFormat, stackFile]))
    .digest("hex");
  const file = join(folder, `${key.slice(0, 16)}.json`);
  return {
    read() {
      const entry = readEntry(file);
      if (entry === undefined || fingerprint(entry.inputs, environment) !== entry.fingerprint)
        return undefined;
      return { plan: entry.plan, inputs: entry.inputs };
    },
    write(made, startedEpochMs) {
      if (made.inputs.files.some((file) => changedSince(file, startedEpochMs))) return;
      const now = fingerprint(made.inputs, environment);
      const draft = `${file}.${randomBytes(4).toString("hex")}`;
      try {
        makeFolder(folder);
        // Values of the environment may stand in the plan.
        writeFileSync(draft, JSON.stringify({ ...made, fingerprint: now } satisfies Entry), {
          mode: 0o600,
        });
        renameSync(draft, file);
      } catch {
        // A checkout that cannot be written to loads its stack anew each time.
      }
    },
  };
}

function readEntry(file: string): Entry | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Entry;
  } catch {
    // Not there, or half written by a machine that lost power: the plan is made anew.
    return undefined;
  }
}

function fingerprint(inputs: PlanInputs, environment: Readonly<Record<string, string>>): string {
  const names = inputs.wholeEnvironment
    ? Object.keys(environment).toSorted()
    : inputs.environmentNames;
  const values = names.map((name) => [name, environment[name] ?? null]);
  const hash = createHash("sha256").update(JSON.stringify([process.version, inputs, values]));
  for (const file of inputs.files) hash.update(hashOf(file));
  return hash.digest("hex");
}

/** The child needs longer than this before it reads its first file; clocks of files are coarser than ours. */
const childStartMs = 5;

function changedSince(file: string, epochMs: number): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > epochMs + childStartMs;
}

function hashOf(file: string): Buffer {
  try {
    return createHash("sha256").update(readFileSync(file)).digest();
  } catch {
    // A file that is not there, or no more, is an answer of its own.
    return Buffer.alloc(32);
  }
}

/** `.shakedown` ignores itself, so that nobody has to add it to a .gitignore. */
function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  let state = folder;
  while (basename(state) !== ".shakedown") {
    if (dirname(state) === state) return;
    state = dirname(state);
  }
  const ignore = join(state, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
}
