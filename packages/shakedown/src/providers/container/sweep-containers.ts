import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../process/identity.ts";
import { ApiFailure, type EngineApi, openEngineApi } from "./engine-api.ts";
import type { Endpoint } from "./endpoint.ts";
import { isLeftBehind, type Owner, ownerLabel, ownerText, ownOwner } from "./owner.ts";
import { type LeftNote, notesFolder } from "./left-note.ts";

interface Listed {
  readonly Id: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** A start that was on its way in the engine when its supervisor died shows within these moments. */
const looksAfterMs = [0, 200, 300, 400, 600];

/** Removes all containers of a supervisor that is dead. @throws when the engine does not answer */
export async function removeOwned(endpoint: Endpoint, owner: Owner): Promise<void> {
  using api = openEngineApi(endpoint);
  for (const pauseMs of looksAfterMs) {
    await sleep(pauseMs);
    const found = await listContainers(api, `${ownerLabel}=${ownerText(owner)}`);
    await Promise.all(found.map(({ Id }) => removeContainer(api, Id)));
  }
}

/**
 * Removes what dead supervisors of this user have left: where the leash was killed as well, and after a power cut. Asks no
 * engine as long as no supervisor has left a note.
 */
export async function sweepContainers(
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = await notesFolder(environment);
  const files = await readdir(folder).catch(() => []); // never had a container
  const self = ownOwner();
  for (const name of files) {
    const file = join(folder, name);
    const note = await readNote(file);
    if (note === undefined || note.owner.host !== self.host) continue;
    if (note.owner.boot === self.boot && isAlive(note.owner)) continue;
    await removeOwned(note.endpoint, note.owner);
    await rm(file, { force: true });
  }
}

/** Removes from an engine what carries our labels and belongs to nobody any more, whoever's it was. */
export async function sweepEngine(api: EngineApi): Promise<number> {
  const left = (await listContainers(api, ownerLabel)).filter(({ Labels }) => isLeftBehind(Labels));
  await Promise.all(left.map(({ Id }) => removeContainer(api, Id)));
  return left.length;
}

async function listContainers(api: EngineApi, label: string): Promise<readonly Listed[]> {
  const filters = JSON.stringify({ label: [label] });
  return (await api.ask("GET", "/containers/json", {
    query: { all: "1", filters },
    timeoutMs: 10_000,
  })) as readonly Listed[];
}

async function removeContainer(api: EngineApi, id: string): Promise<void> {
  try {
    await api.ask("DELETE", `/containers/${id}`, { query: { force: "1", v: "1" } });
  } catch (error) {
    // Gone already, or somebody else is removing it.
    if (error instanceof ApiFailure && [404, 409].includes(error.status)) return;
    throw error;
  }
}

/** Undefined while its owner is still writing it, and when it has just gone. */
async function readNote(file: string): Promise<LeftNote | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as LeftNote;
  } catch {
    return undefined;
  }
}
