import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { SlotLease } from "../../src/isolation/lease.ts";
import { identityOf } from "../../src/process/identity.ts";
import type { StackPlan } from "../../src/stack/plan.ts";

export interface Held {
  readonly child: ChildProcess;
  readonly supervisorPid: number;
  readonly lease: SlotLease;
}

const holder = fileURLToPath(new URL("./hold-session.ts", import.meta.url));

/** A session with a slot, held by a process of its own: to be killed. */
export async function holdElsewhere(
  plan: StackPlan,
  services: string,
  purpose: "run" | "up" = "run",
): Promise<Held> {
  const child = spawn(process.execPath, [holder, JSON.stringify(plan), services, purpose], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, ...(JSON.parse(line) as Omit<Held, "child">) };
}

/** A zombie does not run: nobody may ask for it here. */
export function runs(pid: number): boolean {
  return identityOf(pid) !== undefined;
}

export function pidsOf(lease: SlotLease): number[] {
  return Object.values(lease.services).map(({ outputs }) => Number(outputs["pid"]));
}

/** The leash's watcher of a supervisor: it was born by it, and says what it is. */
export function watcherOf(supervisorPid: number): number {
  const found = readdirSync("/proc").find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const status = readFileSync(`/proc/${name}/stat`, "latin1");
      const [, parent] = status.slice(status.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) !== supervisorPid) return false;
      return readFileSync(`/proc/${name}/cmdline`, "latin1").includes("shakedown-leash");
    } catch {
      return false; // gone since it was listed
    }
  });
  if (found === undefined) throw new Error(`supervisor ${supervisorPid} has no watcher`);
  return Number(found);
}
