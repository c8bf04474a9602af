import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type DataPack, openPack, type PackLayout, writePack } from "./data-pack.ts";

/** The cached data folders of one engine and user. Every failure to read or write only means that work is done again. */
export interface PackStore<Facts> {
  load(key: string): Promise<DataPack<Facts> | undefined>;
  /** Packs the data folder of a stopped server. Says why nothing was kept, if so. */
  save(key: string, data: string, facts: Facts): Promise<string | undefined>;
}

const unusedMs = 14 * 24 * 60 * 60 * 1000;
const mostBytesInAll = 4 * 1024 ** 3;
/** More than that takes longer to write out than many migrations take to run. */
export const mostBytesOfOne = 1024 ** 3;

export function openPackStore<Facts>(cache: string, layout: PackLayout<Facts>): PackStore<Facts> {
  const folder = join(cache, "data-folders");
  const fileOf = (key: string): string => join(folder, `${key}.pack`);
  return {
    async load(key) {
      const file = fileOf(key);
      let pack: DataPack<Facts> | undefined;
      try {
        pack = openPack(file, layout);
      } catch {
        return undefined; // never built, pruned, or not readable
      }
      const now = new Date();
      // The time of last use decides what is pruned; a cache that cannot be written is not pruned either.
      if (pack === undefined) await rm(file, { force: true }).catch(() => undefined);
      else void utimes(file, now, now).catch(() => undefined);
      return pack;
    },
    async save(key, data, facts) {
      const aside = `${fileOf(key)}.${process.pid}.${Date.now()}.part`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        writePack(aside, data, { facts, layout });
        await rename(aside, fileOf(key));
      } catch (error) {
        await rm(aside, { force: true }).catch(() => undefined); // the first failure is the one to tell
        return (error as Error).message;
      }
      await prune(folder, fileOf(key)).catch(() => undefined); // tried again at the next save
      return undefined;
    },
  };
}

/** Removes what nobody used for two weeks, parts of builders that died, and the oldest when there is too much. */
async function prune(folder: string, newest: string): Promise<void> {
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const file = join(folder, name);
      const { size, mtimeMs } = await stat(file);
      return { file, size, ageMs: Date.now() - mtimeMs };
    }),
  );
  let keptBytes = 0;
  for (const { file, size, ageMs } of found.sort((left, right) => left.ageMs - right.ageMs)) {
    if (file === newest) {
      keptBytes += size;
      continue;
    }
    const isDeadPart = file.endsWith(".part") && ageMs > 60 * 60 * 1000;
    keptBytes += size;
    if (ageMs > unusedMs || isDeadPart || keptBytes > mostBytesInAll)
      await rm(file, { force: true });
  }
}
