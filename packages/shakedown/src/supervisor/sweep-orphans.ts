import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import type { FolderRoots } from "../providers/folders.ts";

/** Says whose data folders these are, for a later supervisor that finds them after a power cut. */
export async function claimData(
  roots: FolderRoots,
  key: string,
  self: ProcessIdentity,
): Promise<string> {
  const file = ownerFile(roots, key, self.pid);
  await writeFile(file, JSON.stringify(self));
  return file;
}

/** Removes data folders whose supervisor is dead. What a leash does within milliseconds, this does after a power cut. */
export async function sweepOrphans(roots: FolderRoots, key: string): Promise<void> {
  const names = await readdir(roots.data);
  for (const name of names) {
    const owner = new RegExp(`^${key}-(\\d+)\\.owner$`).exec(name);
    if (owner === null) continue;
    const identity = JSON.parse(await readFile(join(roots.data, name), "utf8")) as ProcessIdentity;
    if (isAlive(identity)) continue;
    for (const folder of names.filter((other) => other.startsWith(`${key}-${identity.pid}-`))) {
      await rm(join(roots.data, folder), { recursive: true, force: true });
    }
    await rm(join(roots.data, name), { force: true });
  }
}

function ownerFile(roots: FolderRoots, key: string, pid: number): string {
  return join(roots.data, `${key}-${pid}.owner`);
}
