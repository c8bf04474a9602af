import { mkdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "../process/identity.ts";
import { openLeash } from "../process/leash.ts";

export interface HeldLock extends AsyncDisposable {
  /** For whoever wants to end what does not get ready. */
  starts(process: ProcessIdentity): Promise<void>;
}

/** Who has not written its name into its lock by then died before it could. */
const ownerWriteMs = 2000;

/**
 * A link is made by one process only. It leads to a folder that names its owner, and both go with the owner, whatever kills
 * it: they are on a leash before they are there. Undefined when somebody else holds the lock.
 */
export async function takeLock(
  lock: string,
  makeFolders: () => Promise<unknown>,
): Promise<HeldLock | undefined> {
  if (await isHeld(lock)) return undefined;
  const own = `${lock}.${process.pid}-${randomBytes(3).toString("hex")}`;
  const leash = openLeash({ cookie: randomBytes(8).toString("hex"), onNote: () => {} });
  const drop = async (): Promise<void> => {
    if ((await readlink(lock).catch(() => "")) === own) await rm(lock, { force: true });
    await rm(own, { recursive: true, force: true });
    // It finds nothing any more, and nobody waits for it.
    void leash[Symbol.asyncDispose]();
  };
  try {
    await Promise.all([leash.hold(`folder ${own}`), leash.hold(`name ${lock}`)]);
    await makeFolders();
    await mkdir(own, { mode: 0o700 });
    await writeFile(join(own, ownerFile), JSON.stringify(ownIdentity()));
    await symlink(own, lock);
  } catch (error) {
    await drop();
    const { code } = error as NodeJS.ErrnoException;
    // Another one was faster; or a supervisor that stopped took the empty folder along.
    if (code === "EEXIST" || code === "ENOENT") return undefined;
    throw error;
  }
  return {
    starts: (process) => writeFile(join(own, startingFile), JSON.stringify(process)),
    [Symbol.asyncDispose]: drop,
  };
}

/** The process that the lock's holder is starting, and waits for. */
export async function startingUnder(lock: string): Promise<ProcessIdentity | undefined> {
  const target = await readlink(lock).catch(() => undefined); // nobody holds it
  if (target === undefined) return undefined;
  const starting = await readIdentity(join(target, startingFile));
  return starting !== undefined && isAlive(starting) ? starting : undefined;
}

/** Removes the lock of a dead owner whose leash was killed as well. */
export async function removeDeadLock(lock: string): Promise<void> {
  await isHeld(lock);
}

/** What such an owner had made before it could take the lock. */
export async function removeDeadLockFolder(folder: string): Promise<void> {
  const owner = await readIdentity(join(folder, ownerFile));
  const isDead = owner === undefined ? await isForsaken(folder) : !isAlive(owner);
  if (isDead) await rm(folder, { recursive: true, force: true });
}

async function isHeld(lock: string): Promise<boolean> {
  const target = await readlink(lock).catch(() => undefined); // nobody holds it
  if (target === undefined) return false;
  const owner = await readIdentity(join(target, ownerFile));
  const isDead = owner === undefined ? await isForsaken(target) : !isAlive(owner);
  if (!isDead) return true;
  if ((await readlink(lock).catch(() => undefined)) === target) await rm(lock, { force: true });
  await rm(target, { recursive: true, force: true });
  return false;
}

/** When a lock without an owner was first seen here: its leash is at work, or was killed. */
const firstSeenMs = new Map<string, number>();

async function isForsaken(target: string): Promise<boolean> {
  const seenMs = firstSeenMs.get(target) ?? performance.now();
  firstSeenMs.set(target, seenMs);
  if (performance.now() - seenMs > ownerWriteMs) return true;
  // A clock that was set back does not make it young again.
  const found = await stat(target).catch(() => undefined); // its folder is gone, and the link leads nowhere
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) > ownerWriteMs;
}

const ownerFile = "owner.json";
const startingFile = "starting.json";

async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
