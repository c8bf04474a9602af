import { join } from "node:path";
import { cacheFolder } from "./folders.ts";
import type { InstallOptions, InstallResult } from "./install-program.ts";

/** What can be installed, each in the file of its own: nothing is loaded before it is asked for. */
const installers = {
  redis: async (options) => (await import("./install-redis.ts")).installRedis(options),
  mariadb: async (options) => (await import("./install-mariadb.ts")).installMariadb(options),
  postgres: async (options) => (await import("./install-postgres.ts")).installPostgres(options),
} as const satisfies Record<string, (options: InstallOptions) => Promise<InstallResult>>;

export type Installable = keyof typeof installers;

export const installables = Object.keys(installers) as readonly Installable[];

/** Engines that share one cache folder. */
const folders: Partial<Record<Installable, string>> = { mariadb: "mysql" };

export function isInstallable(word: string): word is Installable {
  return Object.hasOwn(installers, word);
}

/**
 * Brings the program of an engine into the user's cache folder, where its service looks for it.
 *
 * @throws ShakedownError `INSTALL_UNSUPPORTED` with what to do by hand
 */
export async function installEngine(
  engine: Installable,
  options: Omit<InstallOptions, "cacheFolder">,
): Promise<InstallResult> {
  const cache = join(await cacheFolder(options.environment), folders[engine] ?? engine);
  return installers[engine]({ ...options, cacheFolder: cache });
}
