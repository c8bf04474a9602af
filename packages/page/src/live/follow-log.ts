import type { Api } from "./api.ts";

export interface LiveLine {
  readonly key: number;
  readonly service: string;
  readonly slot?: number;
  readonly line: string;
}

export interface FollowLogOptions {
  /** Empty: all. */
  readonly service: string;
  readonly signal: AbortSignal;
  readonly onLines: (lines: readonly LiveLine[]) => void;
}

const mostKept = 3000;
const showEveryMs = 120;
const beginMs = 150;
const mostTold = 400;
const startsWithTime = /^\d{4}-\d\d-/;

/** The end of the log, then each new line, until the signal aborts or the supervisor is gone. */
export async function followLog(
  api: Api,
  { service, signal, onLines }: FollowLogOptions,
): Promise<void> {
  const query = service === "" ? "" : `service=${encodeURIComponent(service)}`;
  let kept: LiveLine[] = [];
  let waiting: Unkeyed[] | undefined = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let key = 0;
  const keep = (lines: readonly Unkeyed[]): void => {
    kept = [...kept, ...lines.map((line) => ({ ...line, key: (key += 1) }))].slice(-mostKept);
    timer ??= setTimeout(() => {
      timer = undefined;
      if (!signal.aborted) onLines(kept);
    }, showEveryMs);
  };
  // A line may be in the tail and followed, too: its time is in it, so that the same line is the same one.
  const told = new Set<string>();
  const keepNew = (lines: readonly Unkeyed[]): void => {
    keep(lines.filter(({ line }) => !told.delete(line)));
  };
  const readTail = async (): Promise<void> => {
    // Following begins with a look at where the logs end: read before it, lines in between would be lost.
    await new Promise((resolve) => setTimeout(resolve, beginMs));
    const { logs } = (await api.get(`/api/logs?tail=200&${query}`, signal)) as { logs: Log[] };
    const tail = inOrder(logs);
    for (const { line } of tail.slice(-mostTold)) if (startsWithTime.test(line)) told.add(line);
    keep(tail);
    keepNew(waiting ?? []);
    waiting = undefined;
  };
  try {
    const tail = readTail();
    tail.catch(() => {}); // awaited below
    for await (const text of api.lines(`/api/logs/follow?${query}`, signal)) {
      const line = JSON.parse(text) as Unkeyed;
      if (waiting === undefined) keepNew([line]);
      else waiting.push(line);
    }
    await tail;
  } catch {
    // Aborted, or gone: the connection's state says so.
  }
}

type Unkeyed = Omit<LiveLine, "key">;

interface Log {
  readonly service: string;
  readonly slot?: number;
  readonly lines: readonly string[];
}

/** Lines begin with their time; those that do not stay behind the one before. */
function inOrder(logs: readonly Log[]): Unkeyed[] {
  return logs
    .flatMap(({ service, slot, lines }) => {
      let time = "";
      return lines.map((line) => {
        if (startsWithTime.test(line)) time = line.slice(0, 24);
        return { time, line, service, ...(slot === undefined ? {} : { slot }) };
      });
    })
    .toSorted((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0))
    .map(({ time: _time, ...line }) => line);
}
