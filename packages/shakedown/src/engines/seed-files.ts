import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { compareNames } from "./migration-files.ts";

const kinds = /\.(sql|csv|json)$/;

export function isSeedFile(path: string): boolean {
  return kinds.test(path);
}

/** A file, or all seed files of a folder in the order of their names. */
export async function seedFiles(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path];
  const names = (await readdir(path)).filter(isSeedFile);
  return names.sort(compareNames).map((name) => join(path, name));
}
