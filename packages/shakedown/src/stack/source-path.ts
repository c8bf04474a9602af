import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";

/** The file that V8 means by the name of a script: a file URL from Node, a path from Vitest and Vite. */
export function sourcePath(name: string): string | undefined {
  if (name.startsWith("file:")) return fileURLToPath(name);
  // A loader may append a query such as `?t=1`, and Vite writes the spaces of a path as %20.
  const plain = existsSync(name) ? name : name.replace(/\?.*$/, "");
  const candidates = [plain, plain.replaceAll("%20", " ").replaceAll("%09", "\t")];
  return candidates.find((path) => isAbsolute(path) && existsSync(path));
}
