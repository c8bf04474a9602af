import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./places.ts";

/** Flags that keep Vite and Vitest from writing into a node_modules that is read-only; none where it is not. */
export function flagsForReadOnlyModules(): readonly string[] {
  const modules = join(root, "node_modules");
  const caches = [".vite-temp", ".vitest-cache", ".vite"].map((name) => join(modules, name));
  const isWritable = [modules, ...caches.filter((folder) => existsSync(folder))].every(canWrite);
  return isWritable ? [] : ["--configLoader=runner", "--no-fsModuleCache", "--no-cache"];
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
