import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface TestSelection {
  readonly files: readonly string[];
  readonly workers?: number;
  readonly shuffle?: boolean;
  readonly seed?: number;
  readonly tags?: readonly string[];
  /** As they were typed after `--`. */
  readonly rest: readonly string[];
}

/** Our flags as Vitest's, and then what is Vitest's own, so that the user's word is the last one. */
export function vitestArguments(
  { files, workers, shuffle, seed, tags = [], rest }: TestSelection,
  cwd: string,
): string[] {
  return [
    "vitest",
    "run",
    ...files.map((file) => toFilter(file, cwd)),
    ...(workers === undefined ? [] : [`--maxWorkers=${workers}`]),
    ...(shuffle === true ? ["--sequence.shuffle"] : []),
    ...(seed === undefined ? [] : [`--sequence.seed=${seed}`]),
    ...tags.map((tag) => `--tagsFilter=${tag}`),
    ...rest,
  ];
}

/** Where Vitest looks for its configuration and tests: the nearest folder upward with one, else the stack's own. */
export function vitestRoot(cwd: string, stackRoot: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (configNames.some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === stackRoot || dirname(folder) === folder) return stackRoot;
  }
}

const configNames = ["vitest.config", "vite.config"].flatMap((name) =>
  ["ts", "mts", "cts", "js", "mjs", "cjs"].map((extension) => `${name}.${extension}`),
);

/** A path that is meant from where the user stands, for a Vitest that may stand elsewhere; other words filter by name. */
function toFilter(file: string, cwd: string): string {
  const [, path = file, lines = ""] = /^(.*?)((?::\d+)?)$/.exec(file) ?? [];
  const absolute = resolve(cwd, path);
  return existsSync(absolute) ? `${absolute}${lines}` : file;
}
