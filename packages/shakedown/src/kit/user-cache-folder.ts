import { homedir } from "node:os";
import { join } from "node:path";

/** Where this user's programs keep what can be made again: the XDG folder, where it is an absolute path as XDG demands. */
export function userCacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const xdg = environment["XDG_CACHE_HOME"];
  if (xdg !== undefined && xdg.startsWith("/")) return xdg;
  const home = environment["HOME"] || homedir();
  return process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
}
