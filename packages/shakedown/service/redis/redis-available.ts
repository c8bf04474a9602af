import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installRedis } from "../../src/providers/install-redis.ts";

/** The cache folder of the redis engine for tests, with a server in it if this machine has none; unpacked once. */
export async function redisAvailable(): Promise<string> {
  const cacheFolder = join(
    process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? tmpdir(), ".cache"),
    "shakedown",
    "redis",
  );
  await mkdir(cacheFolder, { recursive: true });
  await installRedis({ environment: process.env as Record<string, string>, cacheFolder });
  return cacheFolder;
}
