import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../../process/identity.ts";
import { type LeftNote, notesFolder } from "./left-note.ts";
import { type Owner, ownOwner } from "./owner.ts";

/**
 * Removes the containers that dead supervisors of this user have left: where the leash was killed as well, and after a
 * power cut. Asks no engine as long as no supervisor has left a note. Gives how many had.
 */
export async function sweepLeftContainers(
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = await notesFolder(environment);
  const files = await readdir(folder).catch(() => []); // never had a container
  const swept = await Promise.all(files.map((name) => sweepOne(join(folder, name))));
  return swept.filter(Boolean).length;
}

async function sweepOne(file: string): Promise<boolean> {
  const note = await readNote(file);
  if (note === undefined || !isDead(note.owner)) return false;
  const { removeOwned } = await import("./sweep-containers.ts");
  try {
    await removeOwned(note.endpoint, note.owner);
  } catch {
    return false; // its engine does not run: the note stays for a command that finds it running
  }
  await rm(file, { force: true });
  return true;
}

function isDead(owner: Owner): boolean {
  const self = ownOwner();
  return owner.host === self.host && (owner.boot !== self.boot || !isAlive(owner));
}

/** Undefined while its owner is still writing it, and when it has just gone. */
async function readNote(file: string): Promise<LeftNote | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as LeftNote;
  } catch {
    return undefined;
  }
}
