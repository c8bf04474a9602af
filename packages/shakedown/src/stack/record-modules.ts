import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Notes from now on which files Node itself loads. Of an installed package its package.json is noted instead: its version
 * says all that can change about it.
 */
export function recordModules(): () => string[] {
  const files = new Set<string>();
  registerHooks({
    load(url, context, nextLoad) {
      if (url.startsWith("file:")) files.add(ownOrPackage(fileURLToPath(url)));
      return nextLoad(url, context);
    },
  });
  return () => [...files];
}

const packageFiles = new Map<string, string>();

function ownOrPackage(file: string): string {
  if (!file.includes("/node_modules/")) return file;
  const folder = dirname(file);
  const known = packageFiles.get(folder) ?? nearestPackageFile(folder) ?? file;
  packageFiles.set(folder, known);
  return known;
}

/** The package.json that has a version: some packages hold more of them, to say "type" for a folder. */
function nearestPackageFile(from: string): string | undefined {
  const root = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(from)?.[0];
  const file = root === undefined ? undefined : join(root, "package.json");
  return file !== undefined && existsSync(file) ? file : undefined;
}
