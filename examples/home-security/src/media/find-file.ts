import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { forbidden, notFound } from "../http/errors.ts";
import { mediaTypeOf } from "./media-types.ts";

export interface WantedFile {
  /** Where all cameras put their pictures. */
  readonly root: string;
  /** One camera's folder in it. */
  readonly folder: string;
  /** Relative to the folder, or absolute. */
  readonly path: string;
}

export interface MediaFile {
  readonly path: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

/** @throws a 403 when the path leaves the camera's folder, or its type is not served; a 404 when no such file is there */
export async function findFile({ root, folder, path }: WantedFile): Promise<MediaFile> {
  const wanted = resolve(folder, path);
  if (path.includes("\0") || !isInside(folder, wanted))
    throw forbidden("The path leaves the camera's folder");
  const type = mediaTypeOf(wanted);
  if (type === undefined) throw forbidden("Files of this type are not served");

  const real = await realPathOf(wanted, path);
  // A link in the folder may point anywhere, and so may the folder itself.
  const places = [await realPathOf(folder, path), await realPathOf(root, path)];
  if (!places.every((place) => isInside(place, real)) || mediaTypeOf(real) === undefined)
    throw forbidden("The path leaves the camera's folder");
  const facts = await stat(real);
  if (!facts.isFile()) throw notFound("File", path);
  return { path: real, type, sizeBytes: facts.size, modifiedAt: facts.mtime };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way.split(sep)[0] !== ".." && !isAbsolute(way);
}

async function realPathOf(path: string, shown: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // Whether it is missing, too long or behind a file: nobody gets it.
    throw notFound("File", shown);
  }
}
