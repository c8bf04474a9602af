import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessIdentity } from "./identity.ts";
import { hasProc, isDead, listPids, readProcStat } from "./proc-stat.ts";

/** Signals the group that `leader` leads or led; does nothing when its number belongs to somebody else by now. */
export function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals): void {
  const now = readProcStat(leader.pid);
  if (now !== undefined && now.startTime !== leader.startTime) return;
  try {
    process.kill(-leader.pid, signal);
  } catch {
    // ESRCH: nobody is left. EPERM: only zombies are left (macOS).
  }
}

/** True once the process group has no living member. Zombies do not count: without an init they stay for ever. */
export function isGroupGone(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if (!hasProc() || (error as NodeJS.ErrnoException).code === "ESRCH") return true;
  }
  if (!hasProc()) return false;
  return !listPids().some((pid) => {
    const stat = readProcStat(pid);
    return stat !== undefined && stat.group === group && !isDead(stat);
  });
}

export async function waitForGroup(group: number, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 20)) {
    if (isGroupGone(group)) return true;
    if (performance.now() >= deadline) return false;
    await sleep(pauseMs);
  }
}

/**
 * Kills every process whose environment holds `mark`: grandchildren that left the group by `setsid`. Linux only.
 * Gives how many were found.
 */
export function killMarked(mark: string): number {
  let killed = 0;
  // A process may fork between the look and the kill; its child carries the mark too.
  for (let round = 0; round < 5; round += 1) {
    const found = signalMarked(mark, "SIGKILL");
    if (found === 0) break;
    killed += found;
  }
  return killed;
}

/** Sends a signal to every process whose environment holds `mark`, once. Linux only. Gives how many got it. */
export function signalMarked(mark: string, signal: NodeJS.Signals): number {
  if (!hasProc()) return 0;
  const found = listPids().filter((pid) => pid !== process.pid && isMarked(pid, mark));
  return found.filter((pid) => {
    try {
      return process.kill(pid, signal);
    } catch {
      // Gone in the meantime.
      return false;
    }
  }).length;
}

function isMarked(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(mark);
  } catch {
    // Gone, or another user's, which cannot be ours.
    return false;
  }
}
