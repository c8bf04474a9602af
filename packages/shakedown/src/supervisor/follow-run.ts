import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface FollowRunOptions {
  /** Whole lines of the run's events file, with their ends; waits until they are taken. */
  readonly onLines: (lines: string) => Promise<void>;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Read at a time, so that the events of a long run are never in memory as a whole. */
const chunkBytes = 256 * 1024;

/**
 * Tells the events of the newest run, first what it has said so far, and goes over to the next run when one begins. They
 * are read from the run's own file: a run costs nothing more for being looked at, and nothing is kept for nobody.
 */
export async function followRun(
  runs: string,
  { onLines, signal, everyMs = 100 }: FollowRunOptions,
): Promise<void> {
  const newest = newestRun(runs);
  let file: string | undefined;
  let offset = 0;
  while (!signal.aborted) {
    const found = await newest();
    if (found !== file) [file, offset] = [found, 0];
    if (file !== undefined) offset = await tellFrom(file, offset, { onLines, signal });
    await sleep(everyMs, undefined, { signal }).catch(() => {}); // aborted: the loop sees it
  }
}

/** Gives where the next look begins. */
async function tellFrom(
  file: string,
  offset: number,
  { onLines, signal }: Pick<FollowRunOptions, "onLines" | "signal">,
): Promise<number> {
  const handle = await open(file, "r").catch(() => undefined); // an old run, removed for a new one
  if (handle === undefined) return offset;
  await using opened = handle;
  // Written anew without what has turned out to be secret: begins again, with `run:started`.
  let reached = (await opened.stat()).size < offset ? 0 : offset;
  const buffer = Buffer.alloc(chunkBytes);
  let rest = Buffer.alloc(0);
  while (!signal.aborted) {
    const { bytesRead } = await opened.read(buffer, 0, chunkBytes, reached + rest.length);
    if (bytesRead === 0) break;
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf("\n") + 1;
    if (end > 0) await onLines(bytes.toString("utf8", 0, end));
    reached += end;
    rest = bytes.subarray(end);
  }
  return reached;
}

/** Names of runs sort by the minute only, so their folders' ages decide; each is looked at once. */
function newestRun(runs: string): () => Promise<string | undefined> {
  const bornMs = new Map<string, number>();
  return async () => {
    const names = await readdir(runs).catch(() => []); // no run yet
    for (const name of names) {
      if (bornMs.has(name)) continue;
      const born = await stat(join(runs, name, "events.jsonl")).catch(() => undefined); // not begun
      if (born !== undefined) bornMs.set(name, born.birthtimeMs);
    }
    const [newest] = names
      .filter((name) => bornMs.has(name))
      .toSorted((left, right) => (bornMs.get(right) ?? 0) - (bornMs.get(left) ?? 0));
    return newest === undefined ? undefined : join(runs, newest, "events.jsonl");
  };
}
