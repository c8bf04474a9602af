import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

export interface FindProgramOptions {
  /** A `PATH`. */
  readonly path: string;
  /** What a name with a slash is relative to. */
  readonly cwd: string;
}

/** The file that a shell would run for `name`, if there is one. */
export function findProgram(name: string, { path, cwd }: FindProgramOptions): string | undefined {
  if (name.includes("/")) {
    const file = resolve(cwd, name);
    return isProgram(file) ? file : undefined;
  }
  return path
    .split(delimiter)
    .map((folder) => join(isAbsolute(folder) ? folder : resolve(cwd, folder), name))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not ours to run: the next one is tried.
    return false;
  }
}
