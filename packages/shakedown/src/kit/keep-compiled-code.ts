import { join } from "node:path";
import { userCacheFolder } from "./user-cache-folder.ts";
import { makeFolder } from "./make-folder.ts";

/**
 * Has Node keep the compiled form of our modules in the user's cache: a start that loads sixty of them is 10 to 15 ms
 * shorter. To be called before they are imported. A cache that cannot be written costs that time only.
 */
export function keepCompiledCode(environment: Readonly<Record<string, string | undefined>>): void {
  if (environment["NODE_COMPILE_CACHE"] !== undefined) return; // Node was told where already
  const folder = compiledCodeFolder(environment);
  try {
    makeFolder(folder, 0o755);
  } catch {
    return; // no home to write to; Node's own attempt would never end where that home is below /proc
  }
  process.getBuiltinModule("node:module").enableCompileCache(folder);
}

/** The value of NODE_COMPILE_CACHE for processes that should keep theirs, too. */
export function compiledCodeFolder(
  environment: Readonly<Record<string, string | undefined>>,
): string {
  return (
    environment["NODE_COMPILE_CACHE"] ?? join(userCacheFolder(environment), "shakedown", "compiled")
  );
}
