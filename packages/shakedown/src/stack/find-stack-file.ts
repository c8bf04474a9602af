import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { nearest } from "../kit/nearest.ts";
import { realPath } from "./real-path.ts";

const stackFilePattern = /\.stack\.(ts|mts|js|mjs)$/;
const defaultNames = ["ts", "mts", "js", "mjs"].map((extension) => `shakedown.stack.${extension}`);

/**
 * The one stack file that `cwd` belongs to: the named one, or `shakedown.stack.*` in this folder or the nearest one above
 * it in the same repository, or the only `*.stack.*` there.
 *
 * @throws ShakedownError `STACK_MISSING` when there is none, or the choice is not clear
 */
export function findStackFile(cwd: string, explicit?: string): string {
  return realPath(explicit === undefined ? nearestFile(cwd) : namedFile(cwd, explicit));
}

/** All stack files of the nearest folder, from `cwd` upward, that has any. */
export function findStackFiles(cwd: string): string[] {
  return (
    foldersUpward(cwd)
      .map((folder) => stackFilesIn(folder))
      .find((files) => files.length > 0) ?? []
  );
}

function nearestFile(cwd: string): string {
  const folders = foldersUpward(cwd);
  for (const folder of folders) {
    const files = stackFilesIn(folder);
    const defaults = files.filter((file) => defaultNames.includes(basename(file)));
    const choice = defaults.length > 0 ? defaults : files;
    if (choice.length === 1 && choice[0] !== undefined) return choice[0];
    if (choice.length > 1) throw severalFiles(cwd, choice);
  }
  throw noFile(cwd, folders);
}

function namedFile(cwd: string, explicit: string): string {
  const file = resolve(cwd, explicit);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined) return found.isDirectory() ? nearestFile(file) : file;
  const folder = dirname(file);
  const there = existsSync(folder) ? stackFilesIn(folder) : [];
  const meant = nearest(
    basename(file),
    there.map((path) => basename(path)),
  );
  throw new ShakedownError("STACK_MISSING", `the stack file ${file} does not exist`, {
    hint:
      meant === undefined
        ? "Name an existing file: --stack path/to/shakedown.stack.ts"
        : `Did you mean --stack ${shown(cwd, join(folder, meant))}?`,
    details: { file },
  });
}

/** From `cwd` up to the repository's root: a workspace root, a folder with .git, or the file system's root. */
function foldersUpward(cwd: string): string[] {
  const folders: string[] = [];
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder || existsSync(join(folder, ".git")) || isWorkspaceRoot(folder))
      return folders;
  }
}

function isWorkspaceRoot(folder: string): boolean {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return true;
  try {
    return (
      "workspaces" in (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object)
    );
  } catch {
    // No package.json, or one that npm itself would refuse: not where the search ends.
    return false;
  }
}

function stackFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => stackFilePattern.test(entry.name) && !entry.isDirectory())
      .map((entry) => join(folder, entry.name))
      .toSorted();
  } catch {
    // A folder above the project that we may not list cannot hold its stack either.
    return [];
  }
}

function severalFiles(cwd: string, files: readonly string[]): ShakedownError {
  const list = files.map((file) => shown(cwd, file));
  const message = `${files.length} stack files to choose from in ${dirname(files[0] ?? cwd)}:\n${list.map((file) => `  ${file}`).join("\n")}`;
  return new ShakedownError("STACK_MISSING", message, {
    hint: `Name one: --stack ${list[0] ?? ""}`,
    details: { files: [...files] },
  });
}

function noFile(cwd: string, folders: readonly string[]): ShakedownError {
  const above =
    folders.length > 1 ? `, nor in the folders above it up to ${folders.at(-1) ?? ""}` : "";
  return new ShakedownError("STACK_MISSING", `no shakedown.stack.ts in ${cwd}${above}`, {
    hint: [
      "Write one, shakedown.stack.ts beside package.json (docs/guide/getting-started.md):",
      `  import { defineStack } from "shakedown";`,
      `  import { postgres } from "shakedown/postgres";`,
      "  export default defineStack({ db: postgres() });",
    ].join("\n"),
    details: { searched: [...folders] },
  });
}

function shown(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path === "" || path.startsWith("../../..") || isAbsolute(path) ? file : path;
}
