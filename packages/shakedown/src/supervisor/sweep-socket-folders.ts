import { readdir, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { locateSocketFolder } from "../providers/folders.ts";
import { removeDeadLock, removeDeadLockFolder } from "./client-lock.ts";

/** Locks of clients that were killed together with everybody who could have removed them, and folders that are empty. */
export async function sweepSocketFolders(
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  // All stacks of this user have their folder in the same one.
  const shared = dirname(await locateSocketFolder({ stackFile: "any", environment }));
  const folders = await readdir(shared).catch(() => []); // nothing was ever started
  await Promise.all(folders.map((name) => sweepOne(join(shared, name))));
}

async function sweepOne(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []); // gone since it was listed
  for (const name of names) {
    if (name.endsWith(".lock")) await removeDeadLock(join(folder, name));
    else if (name.includes(".lock.")) await removeDeadLockFolder(join(folder, name));
  }
  await rmdir(folder).catch(() => {}); // somebody is in it
}
