import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** A program in the cache that was unpacked, not installed. */
export interface UnpackedProgram {
  readonly program: string;
  readonly version: string;
  /** For LD_LIBRARY_PATH: the libraries that came with it. */
  readonly libraryPath: string;
}

export const unpackedFolder = "unpacked";
export const manifestName = "program.json";

export interface Manifest {
  /** Relative to the manifest. */
  readonly program: string;
  readonly version: string;
  readonly libraries: readonly string[];
}

/** The newest one in an engine's cache folder; a folder without a manifest is not finished and does not count. */
export async function findUnpacked(cacheFolder: string): Promise<UnpackedProgram | undefined> {
  const folder = join(cacheFolder, unpackedFolder);
  // None was ever unpacked here.
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => readManifest(join(folder, name))));
  return found
    .filter((program) => program !== undefined)
    .toSorted((left, right) =>
      right.version.localeCompare(left.version, "en", { numeric: true }),
    )[0];
}

async function readManifest(folder: string): Promise<UnpackedProgram | undefined> {
  try {
    const { program, version, libraries } = JSON.parse(
      await readFile(join(folder, manifestName), "utf8"),
    ) as Manifest;
    return {
      program: join(folder, program),
      version,
      libraryPath: libraries.map((library) => join(folder, library)).join(":"),
    };
  } catch {
    // Half unpacked by somebody who was killed: as good as not there.
    return undefined;
  }
}
