import { createHash } from "node:crypto";
import type { JsonValue } from "../../../errors/shakedown-error.ts";
import { packageVersion } from "../../../kit/package-version.ts";
import { packFormat } from "../../../providers/data-pack.ts";
import type { StackPlan } from "../../../stack/plan.ts";
import { hashFiles, hasKnownInputs } from "../../hash-files.ts";
import { type ParsedOptions, seedPaths } from "../options.ts";
import type { MysqlInstallation } from "./installation.ts";
import { layoutSettings } from "./settings.ts";

/** Stands for a fresh data folder, before any migration. */
export function baseKey({ identity, flavour }: MysqlInstallation): string {
  return hashOf(["base", packFormat, process.arch, identity, layoutSettings(flavour)]);
}

/** Undefined when it cannot be known: a command or a function that does not name what it reads. */
export async function migratedKey(
  installation: MysqlInstallation,
  options: ParsedOptions,
  stack: StackPlan,
): Promise<string | undefined> {
  if (!hasKnownInputs(options)) return undefined;
  return hashOf([baseKey(installation), await contentHash(options, stack)]);
}

/** Everything beside the server's programs: options by value, files by path and bytes. */
export async function contentHash(options: ParsedOptions, stack: StackPlan): Promise<string> {
  const { flavour, migrate, inputs, user, settings } = options;
  const seed = seedPaths(options);
  const told: JsonValue = {
    version: packageVersion(),
    flavour,
    migrate: (migrate ?? null) as JsonValue,
    user,
    settings,
    seed,
    inputs,
  };
  const hash = createHash("sha256").update(JSON.stringify(told));
  await hashFiles(hash, { migrate, seed, inputs }, stack);
  return hash.digest("hex");
}

function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
