import { readFile } from "node:fs/promises";
import type { Processes } from "../../process/managed-process.ts";
import type { ContainerEngine } from "./find-engine.ts";

export interface CountedContainer {
  readonly id: string;
  readonly processes: Processes;
  readonly exited: Promise<unknown>;
}

/**
 * Has the status count a container's memory as that of processes of ours. Only where they are in sight: not those in another
 * machine, or of another space of numbers, where the same number is somebody else.
 */
export async function countMemory(
  { api }: ContainerEngine,
  { id, processes, exited }: CountedContainer,
): Promise<void> {
  if (processes.count === undefined) return;
  const { State } = (await api.ask("GET", `/containers/${id}/json`)) as {
    readonly State?: { readonly Pid?: number };
  };
  const pid = State?.Pid ?? 0;
  if (pid === 0 || !(await isOf(pid, id))) return;
  const forget = processes.count(pid);
  void exited.then(forget, forget);
}

async function isOf(pid: number, id: string): Promise<boolean> {
  const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => ""); // not here, or gone
  return groups.includes(id);
}
