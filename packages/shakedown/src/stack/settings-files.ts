import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/**
 * Files that are not imported and yet decide what an import gives: the nearest tsconfig.json and package.json of each file,
 * what they extend, and those that are missing on the way to them.
 */
export function settingsFiles(files: readonly string[]): string[] {
  const folders = new Set(
    files.filter((file) => !file.includes("/node_modules/")).map((file) => dirname(file)),
  );
  const found = new Set<string>();
  for (const folder of folders) {
    for (const name of ["tsconfig.json", "package.json"]) {
      for (const file of upTo(folder, name)) found.add(file);
    }
  }
  for (const file of found) {
    for (const base of extendedBy(file)) found.add(base);
  }
  return [...found];
}

/** The file in this folder, and in those above it until one is there. */
function upTo(folder: string, name: string): string[] {
  const file = join(folder, name);
  if (read(file) !== undefined || dirname(folder) === folder) return [file];
  return [file, ...upTo(dirname(folder), name)];
}

/** Relative ones only: a base from a package changes with the package. */
function extendedBy(file: string): string[] {
  if (!file.endsWith(".json") || file.endsWith("package.json")) return [];
  const list = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(read(file) ?? "")?.[1] ?? "";
  return [...list.matchAll(/"(\.[^"]*)"/g)].map((match) => {
    const base = resolve(dirname(file), match[1] ?? "");
    return base.endsWith(".json") ? base : `${base}.json`;
  });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Missing is an answer here.
    return undefined;
  }
}
