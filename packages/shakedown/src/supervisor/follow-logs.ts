import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseLogName } from "./read-logs.ts";
import type { LogQuery } from "./session.ts";

export interface FollowedLine {
  readonly service: string;
  readonly slot?: number;
  readonly line: string;
}

/** Tells each line that is added to the logs from now on, until the signal aborts. Works while services come and go. */
export async function followLogs(
  folder: string,
  query: Pick<LogQuery, "service" | "slot">,
  {
    onLine,
    signal,
    everyMs = 100,
  }: {
    readonly onLine: (line: FollowedLine) => void;
    readonly signal: AbortSignal;
    readonly everyMs?: number;
  },
): Promise<void> {
  const seen = new Map<string, Seen>();
  let first = true;
  while (!signal.aborted) {
    for (const name of await readdir(folder).catch(() => [])) {
      const log = parseLogName(name);
      if (log === undefined || (query.service !== undefined && query.service !== log.service))
        continue;
      if (query.slot !== undefined && log.slot !== undefined && log.slot !== query.slot) continue;
      const before = seen.get(name) ?? { bytes: first ? Number.POSITIVE_INFINITY : 0 };
      const read = await readFrom(join(folder, name), before).catch(() => undefined);
      if (read === undefined) continue; // the next start has just taken it away
      const { text, size, inode } = read;
      const end = text.lastIndexOf("\n") + 1;
      seen.set(name, { bytes: size - Buffer.byteLength(text.slice(end)), inode });
      for (const line of text.slice(0, end).split("\n")) if (line !== "") onLine({ ...log, line });
    }
    first = false;
    await sleep(everyMs, undefined, { signal }).catch(() => {}); // aborted: the loop sees it
  }
}

/** How far a file was read, and which one it was: one that the next start made has the same name. */
interface Seen {
  readonly bytes: number;
  readonly inode?: number;
}

/** What was written since; a file that became shorter, or is another one, is read from its beginning. */
async function readFrom(
  file: string,
  { bytes, inode: known }: Seen,
): Promise<{ text: string; size: number; inode: number }> {
  await using handle = await open(file, "r");
  const { size, ino: inode } = await handle.stat();
  if (bytes === Number.POSITIVE_INFINITY) return { text: "", size, inode };
  const start = size < bytes || (known !== undefined && known !== inode) ? 0 : bytes;
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  return { text: buffer.toString("utf8"), size, inode };
}
