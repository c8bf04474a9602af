import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installMariadb } from "../../src/providers/install-mariadb.ts";

/** The cache folder of the mysql engine for tests, with a server in it if this machine has none; unpacked once. */
export async function mariadbAvailable(): Promise<string> {
  const cacheFolder = join(
    process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? tmpdir(), ".cache"),
    "shakedown",
    "mysql",
  );
  await mkdir(cacheFolder, { recursive: true });
  await installMariadb({ environment: process.env as Record<string, string>, cacheFolder });
  return cacheFolder;
}
