import { chmod, lstat } from "node:fs/promises";
import { dirname } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import {
  type FoldersOptions,
  locateCacheFolder,
  locateDataFolders,
  locateSocketFolder,
} from "./folders.ts";

export interface FolderProblem {
  readonly path: string;
  readonly problem: ShakedownError;
  /** Absent where somebody else has to act. */
  readonly mend?: () => Promise<void>;
}

/** Folders that have to be ours: those that are there and are somebody else's, open to others, or closed to us. */
export async function examinePrivateFolders(
  options: FoldersOptions,
): Promise<readonly FolderProblem[]> {
  const [memory = "", , temporaryData = ""] = locateDataFolders(options.environment);
  const places = [
    { path: dirname(await locateSocketFolder(options)), mode: 0o700, least: 0o700 },
    { path: memory, mode: 0o711, least: 0o700 },
    { path: dirname(temporaryData), mode: 0o711, least: 0o700 },
    // In the user's home, where nobody else makes folders: it may be as open as the user likes.
    { path: locateCacheFolder(options.environment), mode: 0o777, least: 0o700 },
  ];
  const found = await Promise.all(places.map(lookAt));
  return found.flat();
}

async function lookAt({
  path,
  mode,
  least,
}: {
  readonly path: string;
  /** No more than this is allowed, and no less than that. */
  readonly mode: number;
  readonly least: number;
}): Promise<readonly FolderProblem[]> {
  const seen = await lstat(path).catch(() => undefined); // not made yet
  if (seen === undefined) return [];
  const own = process.getuid?.() ?? 0;
  if (!seen.isDirectory() || seen.uid !== own) {
    const what = seen.isDirectory()
      ? `${path} belongs to user ${seen.uid}, not ${own}`
      : `${path} is no folder, and private things were to go there`;
    const hint = `Remove it, or choose another place: TMPDIR="$HOME/tmp"`;
    return [{ path, problem: new ShakedownError("FOLDER_NOT_OURS", what, { hint }) }];
  }
  const now = seen.mode & 0o777;
  const wanted = (now & mode) | least;
  if (now === wanted) return [];
  const text = (bits: number): string => bits.toString(8).padStart(4, "0");
  return [
    {
      path,
      problem: new ShakedownError(
        "FOLDER_NOT_OURS",
        `has the permissions ${text(now)}, not ${text(wanted)}`,
      ),
      mend: () => chmod(path, wanted),
    },
  ];
}
