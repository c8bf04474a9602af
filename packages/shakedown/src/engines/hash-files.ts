import type { Hash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { StackPlan } from "../stack/plan.ts";
import type { FileOptions } from "./file-problems.ts";
import { migrationFiles } from "./migration-files.ts";

/** Adds all files that shape a database's data, by path and bytes, in order. */
export async function hashFiles(
  hash: Hash,
  { migrate, seed = [], inputs = [] }: FileOptions,
  { root, file }: Pick<StackPlan, "root" | "file">,
): Promise<void> {
  const addAll = async (path: string): Promise<void> => addPath(hash, resolve(root, path), root);
  if (typeof migrate === "string") {
    for (const each of await migrationFiles(resolve(root, migrate))) await addAll(each);
  } else if (migrate !== undefined && "command" in migrate) {
    for (const each of migrate.inputs ?? []) await addAll(each);
  } else if (migrate !== undefined) await addAll(file);
  for (const each of [...(typeof seed === "string" ? [seed] : seed), ...inputs]) await addAll(each);
}

/** False for a command or a function that does not name what it reads: nobody can tell whether its result still holds. */
export function hasKnownInputs({ migrate, inputs = [] }: FileOptions): boolean {
  if (migrate === undefined || typeof migrate === "string") return true;
  return inputs.length > 0 || ("command" in migrate && (migrate.inputs ?? []).length > 0);
}

async function addPath(hash: Hash, path: string, root: string): Promise<void> {
  const found = await stat(path).catch(() => undefined); // its absence is part of the state too
  hash.update(`\0${relative(root, path)}\0`);
  if (found === undefined) return;
  if (found.isDirectory()) {
    for (const name of (await readdir(path)).sort())
      if (name !== "node_modules") await addPath(hash, join(path, name), root);
    return;
  }
  const bytes = await readFile(path);
  hash.update(`${bytes.length}\0`).update(bytes);
}
