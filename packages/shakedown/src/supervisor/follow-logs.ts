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
  const seenBytes = new Map<string, number>();
  let first = true;
  while (!signal.aborted) {
    for (const name of await readdir(folder).catch(() => [])) {
      const log = parseLogName(name);
      if (log === undefined || (query.service !== undefined && query.service !== log.service))
        continue;
      if (query.slot !== undefined && log.slot !== undefined && log.slot !== query.slot) continue;
      const { text, size } = await readFrom(
        join(folder, name),
        seenBytes.get(name) ?? (first ? Number.POSITIVE_INFINITY : 0),
      );
      const end = text.lastIndexOf("\n") + 1;
      seenBytes.set(name, size - Buffer.byteLength(text.slice(end)));
      for (const line of text.slice(0, end).split("\n")) if (line !== "") onLine({ ...log, line });
    }
    first = false;
    await sleep(everyMs, undefined, { signal }).catch(() => {}); // aborted: the loop sees it
  }
}

/** What stands behind `offset`; a file that became shorter was started anew and is read from its beginning. */
async function readFrom(file: string, offset: number): Promise<{ text: string; size: number }> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  if (offset === Number.POSITIVE_INFINITY) return { text: "", size };
  const start = size < offset ? 0 : offset;
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  return { text: buffer.toString("utf8"), size };
}
