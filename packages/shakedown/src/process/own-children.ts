import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hasProc, listPids } from "./proc-stat.ts";

/**
 * This process's children in its own process group: not a supervisor that it started, which leads a group of its own.
 * Synchronous, for use while the process exits.
 */
export function ownChildren(): number[] {
  if (hasProc()) {
    const group = familyOf(process.pid)?.group;
    return listPids().filter((pid) => {
      const family = familyOf(pid);
      return family?.parent === process.pid && family.group === group;
    });
  }
  try {
    // Group 0 is pgrep's own, which is ours.
    const text = execFileSync("/usr/bin/pgrep", ["-P", String(process.pid), "-g", "0"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim().split(/\s+/).map(Number);
  } catch {
    // pgrep exits with 1 when there are none.
    return [];
  }
}

function familyOf(pid: number): { readonly parent: number; readonly group: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), group: Number(fields[2]) };
  } catch {
    // Gone since it was listed.
    return undefined;
  }
}
