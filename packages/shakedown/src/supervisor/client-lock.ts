import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "../process/identity.ts";

/** Who has not written its name into its lock by then died before it could. */
const ownerWriteMs = 2000;

/**
 * A folder is made by one process only; it names its owner, so that a dead owner's lock can be taken over.
 * Gives whether it is ours now; the folder that it stands in must be there.
 */
export async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    await writeFile(ownerFile(lock), JSON.stringify(ownIdentity()));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A supervisor that stopped took the empty folder along: the next try makes it again.
    if (code === "ENOENT") return false;
    if (code !== "EEXIST") {
      await rm(lock, { recursive: true, force: true }); // a full disk takes folders, but no text
      throw error;
    }
  }
  await removeDeadLock(lock);
  return false;
}

/** A client that was killed while it started a supervisor leaves its lock. */
export async function removeDeadLock(lock: string): Promise<void> {
  const held = await readOwner(lock);
  const isDead = held === undefined ? await isForsaken(lock) : !isAlive(held);
  if (isDead) await rm(lock, { recursive: true, force: true });
}

/** When a lock without a name was first seen here: clocks of files may be set back. */
const firstSeenMs = new Map<string, number>();

async function isForsaken(lock: string): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined); // given up in this moment
  if (found === undefined) return false;
  const key = `${lock} ${found.ino}`;
  const seenMs = firstSeenMs.get(key) ?? performance.now();
  firstSeenMs.set(key, seenMs);
  const isOld = Date.now() - found.mtimeMs > ownerWriteMs;
  return isOld || performance.now() - seenMs > ownerWriteMs;
}

function ownerFile(lock: string): string {
  return join(lock, "owner.json");
}

/** Undefined while the owner is still writing its name. */
async function readOwner(lock: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(ownerFile(lock), "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
