import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LogLines, LogQuery } from "./session.ts";

/** The end of a log that a query may look at. */
const mostBytes = 8 * 1024 * 1024;

/** Names a service's log inside the folder of logs: `api.log`, `api.slot0.log`. */
export function logFileOf(folder: string, service: string, slot?: number): string {
  return join(folder, slot === undefined ? `${service}.log` : `${service}.slot${slot}.log`);
}

/** The other way round. */
export function parseLogName(
  name: string,
): { readonly service: string; readonly slot?: number } | undefined {
  const parsed = /^(.+?)(?:\.slot(\d+))?\.log$/.exec(name);
  const service = parsed?.[1];
  if (service === undefined) return undefined;
  return parsed?.[2] === undefined ? { service } : { service, slot: Number(parsed[2]) };
}

/** Reads the logs of a stack from its folder; works with and without a running supervisor. */
export async function readLogs(folder: string, query: LogQuery): Promise<LogLines[]> {
  const names = await readdir(folder).catch(() => []); // no folder: nothing was ever started
  const answers: LogLines[] = [];
  for (const name of names.sort()) {
    const log = parseLogName(name);
    if (log === undefined) continue;
    const { service, slot } = log;
    if (query.service !== undefined && query.service !== service) continue;
    if (query.slot !== undefined && slot !== undefined && slot !== query.slot) continue;
    const lines = inTime(await lastLines(join(folder, name)), query);
    if (lines.length > 0) answers.push({ ...log, lines });
  }
  return answers;
}

function inTime(
  lines: readonly string[],
  { sinceEpochMs, untilEpochMs, tail }: LogQuery,
): string[] {
  // ISO times of one length compare as text.
  const since = sinceEpochMs === undefined ? "" : new Date(sinceEpochMs).toISOString();
  const until = untilEpochMs === undefined ? "~" : new Date(untilEpochMs).toISOString();
  const chosen = lines.filter((line) => {
    const time = line.slice(0, 24);
    return time >= since && time <= until;
  });
  return tail === undefined ? chosen : chosen.slice(-tail);
}

async function lastLines(file: string): Promise<string[]> {
  await using handle = await open(file, "r");
  const { size } = await handle.stat();
  const start = Math.max(0, size - mostBytes);
  const buffer = Buffer.alloc(size - start);
  await handle.read(buffer, 0, buffer.length, start);
  const lines = buffer.toString("utf8").split("\n");
  if (start > 0) lines.shift();
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
