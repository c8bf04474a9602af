import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { JsonValue } from "../../../errors/shakedown-error.ts";
import type { StackPlan } from "../../../stack/plan.ts";
import { isSource, ownHome } from "../../../kit/own-module.ts";
import { packageVersion } from "../../../kit/package-version.ts";
import { hashFiles, hasKnownInputs } from "../../hash-files.ts";
import { type ParsedOptions, seedPaths, settingTexts } from "../options.ts";
import type { Installation } from "../provider/installation.ts";
import { packFormat } from "../../../providers/data-pack.ts";
import { localeArguments } from "./initdb.ts";

/** Stands for a fresh data folder, before any migration. */
export function baseKey(installation: Installation, options: ParsedOptions): string {
  return hashOf([
    "base",
    packFormat,
    process.arch,
    installation.identity,
    ...localeArguments(options.locale, installation.version.major),
  ]);
}

export interface MigratedKeyOptions {
  readonly installation: Installation;
  readonly options: ParsedOptions;
  readonly stack: StackPlan;
  /** Whether the template carries what undoing in place needs. */
  readonly canUndo: boolean;
}

/**
 * Stands for everything that shapes the migrated data: paths and bytes, in order. The same for two checkouts of one state.
 * Undefined when it cannot be known: a command or a function that does not name what it reads.
 */
export async function migratedKey({
  installation,
  options,
  stack,
  canUndo,
}: MigratedKeyOptions): Promise<string | undefined> {
  if (!hasKnownInputs(options)) return undefined;
  const parts = [baseKey(installation, options), await contentHash(options, stack)];
  return hashOf([...parts, String(canUndo)]);
}

/** Everything beside the server's programs: options by value, files by path and bytes. */
export async function contentHash(
  options: ParsedOptions,
  { root, file }: StackPlan,
): Promise<string> {
  const { migrate, inputs, extensions, user, superuser, profile } = options;
  const hash = createHash("sha256");
  const told: JsonValue = {
    version: packageVersion(),
    isolation: isolationHash(),
    migrate: (migrate ?? null) as JsonValue,
    extensions,
    user,
    superuser,
    profile,
    settings: settingTexts(options),
    seed: seedPaths(options),
    inputs,
  };
  hash.update(JSON.stringify(told));
  await hashFiles(hash, { migrate, inputs, seed: seedPaths(options) }, { root, file });
  return hash.digest("hex");
}

let isolation: string | undefined;

/** What a template carries is made by the code of isolate/: in development that changes under one version. */
function isolationHash(): string {
  isolation ??= isSource
    ? hashOf(sourcesOfIsolation())
    : readFileSync(new URL("build-id", ownHome), "utf8");
  return isolation;
}

function sourcesOfIsolation(): string[] {
  const folder = new URL("engines/postgres/isolate/", ownHome);
  return readdirSync(folder)
    .toSorted()
    .map((name) => readFileSync(new URL(name, folder), "utf8"));
}

function hashOf(parts: readonly (string | number)[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32);
}
