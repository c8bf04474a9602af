import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hasProc, listPids } from "./proc-stat.ts";

/** The memory that these processes have with all their descendants: what is each one's own, and what they share once. */
export function memoryOf(pids: readonly number[]): number {
  if (pids.length === 0) return 0;
  return hasProc() ? memoryFromProc(pids) : memoryFromPs(pids);
}

/** Looking at every process takes milliseconds, and many clients ask at once. */
const freshMs = 1000;
let lastLook: { readonly parents: ReadonlyMap<number, number>; readonly atMs: number } | undefined;

function memoryFromProc(pids: readonly number[]): number {
  const now = performance.now();
  if (lastLook === undefined || now - lastLook.atMs > freshMs)
    lastLook = { parents: parentsFromProc(), atMs: now };
  const parts = withDescendants(pids, lastLook.parents).map(readMemory);
  const own = parts.reduce((sum, part) => sum + part.own, 0);
  return own + Math.max(0, ...parts.map(({ shared }) => shared));
}

function withDescendants(
  pids: readonly number[],
  parents: ReadonlyMap<number, number>,
): readonly number[] {
  const family = new Set(pids);
  for (let before = 0; before !== family.size;) {
    before = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return [...family];
}

function parentsFromProc(): ReadonlyMap<number, number> {
  return new Map(
    listPids().flatMap((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, "latin1");
        const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
        return [[pid, Number(fields[1])] as const];
      } catch {
        // Gone since it was listed.
        return [];
      }
    }),
  );
}

function readMemory(pid: number): { readonly own: number; readonly shared: number } {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "latin1");
    const kilobytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
    return { own: kilobytes("RssAnon") * 1024, shared: kilobytes("RssShmem") * 1024 };
  } catch {
    // Gone in the meantime.
    return { own: 0, shared: 0 };
  }
}

function memoryFromPs(pids: readonly number[]): number {
  try {
    const rows = execFileSync("/bin/ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" })
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/).map(Number));
    const parents = new Map(rows.map(([pid = 0, parent = 0]) => [pid, parent]));
    const family = new Set(withDescendants(pids, parents));
    return rows.reduce((sum, [pid = 0, , rss = 0]) => sum + (family.has(pid) ? rss * 1024 : 0), 0);
  } catch {
    // A status without memory is still a status.
    return 0;
  }
}
