import { readFileSync, readdirSync } from "node:fs";

export interface ProcStat {
  /** `Z` and `X` are dead ones that nobody has asked about yet. */
  readonly state: string;
  readonly group: number;
  readonly startTime: string;
}

/** What /proc tells of a process; nothing when there is none, or no /proc. */
export function readProcStat(pid: number): ProcStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    // ENOENT or ESRCH: gone, which is an answer.
    return undefined;
  }
  // The name in parentheses may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", group: Number(fields[2]), startTime: fields[19] ?? "" };
}

export function hasProc(): boolean {
  return process.platform === "linux";
}

/** The numbers of all processes that /proc shows. */
export function listPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

export function isDead(stat: ProcStat): boolean {
  return stat.state === "Z" || stat.state === "X";
}
