import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { StackPlan } from "./plan.ts";

/** What flags say; they win over variables, those over `.env.test`, and that over the stack. */
export interface KeepFlags {
  readonly keep?: boolean | undefined;
  readonly fresh?: boolean | undefined;
  /** As it was typed. */
  readonly idleMinutes?: string | undefined;
}

/** What a session tells the supervisor: to be spread into its request. */
export interface KeepSettings {
  /** Services outlive the session. */
  readonly keep?: { readonly idleMs: number };
  /** Services that `up` keeps are not used. */
  readonly fresh?: true;
}

const defaultIdleMinutes = 120;
/** A file beside the stack file, for what a team or a developer wants for every run. */
const settingsFile = ".env.test";

/**
 * Whether the services of a run outlive it, and whether it uses those that are kept. On CI neither, unless somebody says so.
 *
 * @throws ShakedownError `CLI_USAGE`, `ENVIRONMENT_INVALID`
 */
export function keepSettings(
  plan: Pick<StackPlan, "file" | "idleMinutes">,
  environment: Readonly<Record<string, string>>,
  flags: KeepFlags = {},
): KeepSettings {
  const file = readSettings(plan.file);
  const keepWord = nonEmpty(environment["SHAKEDOWN_KEEP"]) ?? nonEmpty(file["SHAKEDOWN_KEEP"]);
  const keep = flags.keep ?? (keepWord !== undefined && isYes("SHAKEDOWN_KEEP", keepWord));
  const fresh = flags.fresh ?? (!keep && isOn(environment["CI"]));
  return {
    ...(keep ? { keep: { idleMs: idleMsOf(plan, environment, flags) } } : {}),
    ...(fresh ? { fresh: true as const } : {}),
  };
}

/** How long what is kept may wait for a client; 0 is no limit. */
export function idleMsOf(
  plan: Pick<StackPlan, "file" | "idleMinutes">,
  environment: Readonly<Record<string, string>>,
  { idleMinutes }: KeepFlags,
): number {
  const name = "SHAKEDOWN_IDLE_MINUTES";
  if (idleMinutes !== undefined) return toMs(idleMinutes, "--idle-minutes", "CLI_USAGE");
  const word = nonEmpty(environment[name]) ?? nonEmpty(readSettings(plan.file)[name]);
  if (word !== undefined) return toMs(word, name, "ENVIRONMENT_INVALID");
  return Math.round((plan.idleMinutes ?? defaultIdleMinutes) * 60_000);
}

function toMs(word: string, name: string, code: "CLI_USAGE" | "ENVIRONMENT_INVALID"): number {
  const minutes = /^\d+(?:\.\d+)?$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isNaN(minutes)) return Math.round(minutes * 60_000);
  throw new ShakedownError(code, `${name} is "${word}", not a number of minutes`, {
    hint: "For two hours: 120. For no limit: 0",
  });
}

function isYes(name: string, word: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(word)) return true;
  if (/^(?:0|false|no|off)$/i.test(word)) return false;
  throw new ShakedownError("ENVIRONMENT_INVALID", `${name} is "${word}", neither 1 nor 0`, {
    hint: `Say ${name}=1 to keep services after a run, ${name}=0 not to`,
  });
}

function isOn(word: string | undefined): boolean {
  return word !== undefined && word !== "" && word !== "false" && word !== "0";
}

function nonEmpty(word: string | undefined): string | undefined {
  return word === "" ? undefined : word;
}

function readSettings(stackFile: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(join(dirname(stackFile), settingsFile), "utf8"));
  } catch {
    // Most projects have none; and whoever cannot read it is not meant by it.
    return {};
  }
}
