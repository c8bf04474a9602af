import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownModule } from "../../kit/own-module.ts";
import type { Processes } from "../../process/managed-process.ts";
import type { ContainerEngine } from "./find-engine.ts";
import { type LeftNote, noteName, notesFolder } from "./left-note.ts";
import { ownOwner } from "./owner.ts";
import { sweepEngine } from "./sweep-containers.ts";

export interface RemoveOnDeathContext {
  readonly processes: Processes;
  readonly environment: Readonly<Record<string, string>>;
}

interface Held {
  containers: number;
  readonly holding: Promise<() => Promise<void>>;
}

const held = new WeakMap<Processes, Map<string, Held>>();

/**
 * Sees to it that this process's containers go when it dies: the leash runs `remove-owned.ts` then, and a note beside the
 * cache tells the next command where even the leash was killed, or the power went. Gives the way to take back one container.
 */
export async function removeOnDeath(
  engine: Pick<ContainerEngine, "endpoint" | "api">,
  { processes, environment }: RemoveOnDeathContext,
): Promise<() => Promise<void>> {
  const ofProcesses = held.get(processes) ?? new Map<string, Held>();
  held.set(processes, ofProcesses);
  const known = ofProcesses.get(engine.endpoint.url) ?? {
    containers: 0,
    holding: hold(engine, { processes, environment }),
  };
  ofProcesses.set(engine.endpoint.url, known);
  known.containers += 1;
  let isBack = false;
  await known.holding;
  return async () => {
    if (isBack) return;
    isBack = true;
    known.containers -= 1;
    if (known.containers > 0) return;
    ofProcesses.delete(engine.endpoint.url);
    await (
      await known.holding
    )();
  };
}

async function hold(
  { endpoint, api }: Pick<ContainerEngine, "endpoint" | "api">,
  { processes, environment }: RemoveOnDeathContext,
): Promise<() => Promise<void>> {
  void sweepEngine(api).catch(() => {}); // the next command tries again
  const note: LeftNote = { owner: ownOwner(), endpoint };
  const folder = await notesFolder(environment);
  const file = join(folder, noteName(note));
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(note));
  const program = fileURLToPath(ownModule("providers/container/remove-owned"));
  const takeBack = await processes.runOnDeath([
    process.execPath,
    program,
    JSON.stringify(note),
    file,
  ]);
  return async () => {
    takeBack();
    await rm(file, { force: true });
  };
}
