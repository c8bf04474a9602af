import { lstat, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { isAlive } from "../process/identity.ts";
import { cacheFolder, locateDataFolders } from "../providers/folders.ts";
import { readClaims } from "./data-claims.ts";
import type { FoundSupervisor } from "./find-supervisors.ts";
import { placesOf } from "./places.ts";

export interface Purged {
  readonly bytes: number;
  /** The folders of which something was removed. */
  readonly folders: readonly string[];
}

/**
 * Caches are shared by all checkouts: they are not removed under somebody's run.
 *
 * @throws ShakedownError `CACHE_IN_USE`
 */
export async function refusePurgeWhileUsed(
  supervisors: readonly FoundSupervisor[],
  stopping: readonly string[],
): Promise<void> {
  const users = await Promise.all(
    supervisors.map(async ({ pid, stackFile, status }) => {
      const sessions = (await status())?.sessions ?? [];
      if (sessions.length > 0)
        return [
          `${stackFile} (${sessions[0]?.purpose ?? "run"}, pid ${sessions[0]?.holder.pid ?? pid})`,
        ];
      return stopping.includes(stackFile)
        ? []
        : [`${stackFile} (kept by \`shakedown up\`, pid ${pid})`];
    }),
  );
  const list = users.flat();
  if (list.length === 0) return;
  throw new ShakedownError("CACHE_IN_USE", `the caches are in use by ${list.join(", ")}`, {
    hint: "Stop all stacks too: shakedown down --all --purge. Whatever uses them: --force",
    details: { users: list },
  });
}

/** Removes caches, evaluated stacks, logs, and data that no living supervisor owns. What runs keeps its data. */
export async function purge(
  stackFiles: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Purged> {
  const data = locateDataFolders(environment);
  const cache = await cacheFolder(environment);
  const living = (await readClaims(data))
    .map(({ claim }) => claim)
    .filter((claim) => isAlive(claim))
    .map(({ key, pid }) => `${key}-${pid}`);
  const isOwned = (name: string): boolean => living.some((prefix) => name.startsWith(prefix));
  const bytes = new Map<string, number>();
  for (const folder of data) await empty(folder, isOwned, bytes);
  await empty(cache, (name) => data.includes(join(cache, name)), bytes);
  for (const { state } of new Map(
    stackFiles.map((file) => [dirname(file), placesOf(file)]),
  ).values()) {
    await remove(join(state, "cache"), bytes);
    await remove(join(state, "stacks"), bytes);
  }
  const freed = [...bytes].filter(([, count]) => count > 0);
  return {
    bytes: freed.reduce((sum, [, count]) => sum + count, 0),
    folders: freed.map(([folder]) => folder),
  };
}

async function empty(
  folder: string,
  keeps: (name: string) => boolean,
  bytes: Map<string, number>,
): Promise<void> {
  const names = await readdir(folder).catch(() => []); // never made
  for (const name of names) {
    if (keeps(name)) continue;
    const path = join(folder, name);
    bytes.set(folder, (bytes.get(folder) ?? 0) + (await bytesOf(path)));
    await rm(path, { recursive: true, force: true });
  }
}

async function remove(folder: string, bytes: Map<string, number>): Promise<void> {
  bytes.set(folder, await bytesOf(folder));
  await rm(folder, { recursive: true, force: true });
}

/** What it takes on the disk, not what it says: data files have holes. */
async function bytesOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined); // gone in the meantime
  if (found === undefined) return 0;
  const own = found.blocks * 512;
  if (!found.isDirectory()) return own;
  const names = await readdir(path).catch(() => []); // not ours to read
  const inner = await Promise.all(names.map((name) => bytesOf(join(path, name))));
  return inner.reduce((sum, count) => sum + count, own);
}
