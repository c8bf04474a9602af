import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Queryable } from "../database.ts";
import type { Detector, Picture } from "../pipeline/detector.ts";
import type { Ingest } from "../pipeline/ingest.ts";

export interface CameraFolderParts {
  readonly database: Queryable;
  readonly detect: Detector;
  readonly ingest: Ingest;
}

export interface CameraFolders {
  /** Looks once into the folders of all cameras. Gives how many new files were taken in. */
  scan(stopping?: AbortSignal): Promise<number>;
}

const mediaTypes: Readonly<Record<string, Picture["media_type"]>> = {
  ".jpg": "image",
  ".jpeg": "image",
  ".png": "image",
  ".mp4": "video",
  ".mkv": "video",
  ".avi": "video",
};

interface FoundFile {
  readonly path: string;
  readonly mediaType: Picture["media_type"];
  readonly version: string;
  readonly writtenAt: Date;
}

/**
 * Cameras upload over FTP and network file systems, where nobody is told of new files: so this looks. A file counts when
 * it is the same as at the look before: until then it is still being written. A camera whose folder is not there has
 * not sent anything yet.
 */
export function cameraFolders({ database, detect, ingest }: CameraFolderParts): CameraFolders {
  /** What was there at the last look, and whether it has been taken in. */
  const known = new Map<string, { readonly version: string; readonly isTaken: boolean }>();

  const takeIn = async (cameraId: string, file: FoundFile): Promise<boolean> => {
    const { version, isTaken } = known.get(file.path) ?? {};
    if (version !== file.version) {
      known.set(file.path, { version: file.version, isTaken: false });
      return false;
    }
    if (isTaken === true) return false;
    const picture = { camera_id: cameraId, file_path: file.path, media_type: file.mediaType };
    for (const sighting of await detect(picture))
      await ingest({ ...picture, ...sighting, detected_at: file.writtenAt });
    known.set(file.path, { version: file.version, isTaken: true });
    return true;
  };

  return {
    async scan(stopping) {
      const { rows: cameras } = await database.query<{ id: string; folder_path: string }>(
        "select id, folder_path from cameras where deleted_at is null order by id",
      );
      let taken = 0;
      const present = new Set<string>();
      for (const { id, folder_path } of cameras) {
        for (const file of await mediaIn(folder_path)) {
          if (stopping?.aborted === true) return taken;
          present.add(file.path);
          try {
            if (await takeIn(id, file)) taken++;
          } catch (error) {
            // One bad file must not keep the others out. It is tried again at the next look.
            console.error(
              `${file.path}: ${error instanceof Error ? error.message : String(error)}`,
            );
          }
        }
      }
      for (const path of known.keys()) if (!present.has(path)) known.delete(path);
      return taken;
    },
  };
}

async function mediaIn(folder: string): Promise<readonly FoundFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
      throw error;
    },
  );
  const files = entries.flatMap((entry) => {
    const mediaType = mediaTypes[extname(entry.name).toLowerCase()];
    // Links are not followed: a camera's folder shows nothing from outside of it.
    return entry.isFile() && mediaType !== undefined
      ? [{ path: join(entry.parentPath, entry.name), mediaType }]
      : [];
  });
  const found: FoundFile[] = [];
  for (const { path, mediaType } of files) {
    const state = await stat(path).catch(() => undefined); // it was removed in the meantime
    if (state === undefined || state.size === 0) continue;
    const version = `${state.size} ${state.mtimeMs}`;
    found.push({ path, mediaType, version, writtenAt: state.mtime });
  }
  return found.sort((one, other) => one.writtenAt.getTime() - other.writtenAt.getTime());
}
