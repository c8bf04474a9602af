import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hasProc, listPids } from "./proc-stat.ts";

/** The direct children of a process; synchronous, for use while this process exits. */
export function childrenOf(parent: number): number[] {
  if (hasProc()) return listPids().filter((pid) => parentOf(pid) === parent);
  try {
    const text = execFileSync("/usr/bin/pgrep", ["-P", String(parent)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim().split(/\s+/).map(Number);
  } catch {
    // pgrep exits with 1 when there are none.
    return [];
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // Gone since it was listed.
    return undefined;
  }
}
