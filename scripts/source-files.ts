import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { packageFolder } from "./places.ts";

const skipped = new Set(["node_modules", "dist", "coverage", "generated"]);

/** The build puts a copy of the pages into the package. */
const copiedDocs = join(packageFolder, "docs");

/** TypeScript files under a folder, sorted; what is installed or generated is left out. */
export function sourceFiles(folder: string): string[] {
  return filesUnder(folder).filter((file) => /\.(ts|mjs)$/.test(file) && !file.endsWith(".d.ts"));
}

export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (skipped.has(entry.name) || /^(dist-|\.(?!ci$|npmrc$))/.test(entry.name)) return [];
      const path = join(folder, entry.name);
      if (path === copiedDocs) return [];
      if (entry.isDirectory()) return filesUnder(path);
      return entry.isFile() ? [path] : [];
    })
    .sort();
}

/** Paths in findings and docs use `/` whatever the platform. */
export function toSlashes(path: string): string {
  return path.split(sep).join("/");
}
