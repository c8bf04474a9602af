import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { packageFolder, pageFolder, root } from "./places.ts";

/** Builds the page of the report unless what is there is newer than its sources. Gives the file. */
export function buildPage(): string {
  const built = join(pageFolder, "dist", "index.html");
  if (pageSources().every((file) => isOlder(file, built))) return built;
  const vite = spawnSync(join(root, "node_modules", ".bin", "vite"), ["build"], {
    cwd: pageFolder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (vite.error !== undefined) throw vite.error;
  if (vite.status !== 0) throw new Error("the page does not build");
  return built;
}

/** The page folds events with the package's own code. */
export function pageSources(): string[] {
  const folders = [
    pageFolder,
    join(packageFolder, "src", "events"),
    join(packageFolder, "src", "kit"),
  ];
  return folders.flatMap(filesUnder);
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "dist" || entry.name === "node_modules") return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function isOlder(file: string, built: string): boolean {
  return existsSync(built) && statSync(file).mtimeMs < statSync(built).mtimeMs;
}
