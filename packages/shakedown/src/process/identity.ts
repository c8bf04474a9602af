import { execFileSync } from "node:child_process";
import { hasProc, isDead, readProcStat } from "./proc-stat.ts";

/** A process that cannot be mistaken for another one which got its number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the kernel tells it: ticks since boot on Linux, `lstart` of ps elsewhere. */
  readonly startTime: string;
}

/** Nothing when no such process runs; a zombie does not run. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (hasProc()) {
    const stat = readProcStat(pid);
    return stat === undefined || isDead(stat) ? undefined : { pid, startTime: stat.startTime };
  }
  const startTime = startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.startTime === identity.startTime;
}

export function isSame(left: ProcessIdentity, right: ProcessIdentity): boolean {
  return left.pid === right.pid && left.startTime === right.startTime;
}

export function ownIdentity(): ProcessIdentity {
  own ??= identityOf(process.pid) ?? { pid: process.pid, startTime: "unknown" };
  return own;
}

let own: ProcessIdentity | undefined;

function startTimeFromPs(pid: number): string | undefined {
  try {
    const text = execFileSync("/bin/ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      // lstart is printed in the local zone and language: the leash's watcher must read the same text.
      env: { LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim() === "" ? undefined : text.trim().split(/\s+/).join("_");
  } catch {
    // ps exits with 1 when there is no such process.
    return undefined;
  }
}
