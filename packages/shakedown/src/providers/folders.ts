import { createHash } from "node:crypto";
import { access, chmod, constants, lstat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { makeFolder } from "../kit/make-folder.ts";
import { userCacheFolder } from "../kit/user-cache-folder.ts";

/** Where a supervisor keeps what it has to; it makes a folder of its own for each service in them. */
export interface FolderRoots {
  /** Safe to delete at any time. May turn out read-only: whoever writes there goes on without. */
  readonly cache: string;
  /** Shared by all supervisors of this user; passable for other users, so that a server may run as one of them. */
  readonly data: string;
  readonly dataOnTmpfs: boolean;
  /** This stack file's own, private, and short enough for the paths of Unix sockets. */
  readonly sockets: string;
}

export interface FoldersOptions {
  readonly stackFile: string;
  readonly environment: Readonly<Record<string, string>>;
}

const leastFreeBytes = 512 * 1024 * 1024;
/** Paths of Unix sockets end at 103 bytes on macOS and 107 on Linux; sockets need up to 34 after the folder's path. */
const longestSocketFolder = 66;

export async function makeFolders({
  stackFile,
  environment,
}: FoldersOptions): Promise<FolderRoots> {
  const cache = await cacheFolder(environment);
  const memory = await memoryFolder();
  return {
    cache,
    data: memory ?? (await passable(join(cache, "data"))),
    dataOnTmpfs: memory !== undefined,
    sockets: await makeSocketFolder({ stackFile, environment }),
  };
}

/** Where data of supervisors of this user may lie, also of one that had another place to choose; makes nothing. */
export function locateDataFolders(
  environment: Readonly<Record<string, string>>,
): readonly string[] {
  const temporaryCache = join(temporary(environment), `shakedown-cache-${userId()}`);
  return [
    memoryPlace(),
    join(locateCacheFolder(environment), "data"),
    join(temporaryCache, "data"),
  ];
}

/** Where caches go when the place can be written to; makes nothing. */
export function locateCacheFolder(environment: Readonly<Record<string, string>>): string {
  return join(userCacheFolder(environment), "shakedown");
}

export async function cacheFolder(environment: Readonly<Record<string, string>>): Promise<string> {
  const wished = locateCacheFolder(environment);
  try {
    makeFolder(wished, 0o711);
    await access(wished, constants.W_OK);
    return wished;
  } catch {
    // A read-only home, or none: what is cached lives as long as the temp folder.
    return ownFolder(join(temporary(environment), `shakedown-cache-${userId()}`), 0o711);
  }
}

/** Docker's own /dev/shm has 64 MB, which a handful of databases fill. */
async function memoryFolder(): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    const { bavail, bsize, type } = await statfs("/dev/shm");
    const isTmpfs = type === 0x01021994;
    if (!isTmpfs || bavail * bsize < leastFreeBytes) return undefined;
    return await ownFolder(memoryPlace(), 0o711);
  } catch {
    // None, not ours to write to, or a folder of that name that is somebody else's: the disk serves as well.
    return undefined;
  }
}

function memoryPlace(): string {
  return `/dev/shm/shakedown-${userId()}`;
}

async function passable(folder: string): Promise<string> {
  makeFolder(folder, 0o711);
  await chmod(folder, 0o711);
  return folder;
}

/** Where a stack's sockets are, if any; makes nothing. */
export async function locateSocketFolder({
  stackFile,
  environment,
}: FoldersOptions): Promise<string> {
  const name = createHash("sha256").update(stackFile).digest("hex").slice(0, 12);
  const runtime = environment["XDG_RUNTIME_DIR"];
  if (runtime !== undefined && (await isOwnAndPrivate(runtime))) {
    const folder = join(runtime, "shakedown", name);
    if (isShortEnough(folder)) return folder;
  }
  const shared = `shakedown-${userId()}`;
  const places = [temporary(environment), "/tmp"].map((parent) => join(parent, shared, name));
  return places.find(isShortEnough) as string;
}

async function makeSocketFolder(options: FoldersOptions): Promise<string> {
  const folder = await locateSocketFolder(options);
  await ownFolder(dirname(folder), 0o700);
  return ownFolder(folder, 0o700);
}

function isShortEnough(folder: string): boolean {
  return Buffer.byteLength(folder) <= longestSocketFolder;
}

async function isOwnAndPrivate(folder: string): Promise<boolean> {
  try {
    const found = await lstat(folder);
    await access(folder, constants.W_OK);
    return found.isDirectory() && found.uid === userId() && (found.mode & 0o077) === 0;
  } catch {
    // Not there: left from a session that has ended, or never made in a container.
    return false;
  }
}

/** A folder at a place where others could have made one first. */
async function ownFolder(folder: string, mode: number): Promise<string> {
  try {
    makeFolder(folder, mode);
  } catch (error) {
    // Something else than a folder stands there, which the look that follows tells.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== userId()) {
    throw new ShakedownError(
      "FOLDER_NOT_OURS",
      found.isDirectory()
        ? `${folder} belongs to user ${found.uid}, not ${userId()}`
        : `${folder} is no folder, and private things were to go there`,
      {
        hint: `Remove it, or choose another place: TMPDIR="$HOME/tmp"`,
        details: { folder, owner: found.uid, isFolder: found.isDirectory() },
      },
    );
  }
  if ((found.mode & 0o777) !== mode) await chmod(folder, mode);
  return folder;
}

function temporary(environment: Readonly<Record<string, string>>): string {
  const named = environment["TMPDIR"];
  return named !== undefined && named.startsWith("/") ? named : "/tmp";
}

function userId(): number {
  return process.getuid?.() ?? 0;
}
