import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CommandResult } from "../process/run-command.ts";
import { asideFolder } from "./aside-folder.ts";

export interface FetchOptions {
  /** Where packages stay, so that an install that was broken off goes on where it was. */
  readonly folder: string;
  /** Runs apt-get in a folder. */
  readonly aptGet: (args: readonly string[], folder: string) => Promise<CommandResult>;
  readonly onProgress: (step: string) => void;
}

export interface FetchFailure {
  readonly what: string;
  readonly result?: CommandResult;
  readonly hint: string;
}

interface PackageFile {
  readonly file: string;
  readonly bytes: number;
  /** As the package index has it. */
  readonly sha256: string;
}

/** Downloads what is not there yet; every file is compared with the package index. Gives their paths, or what went wrong. */
export async function fetchPackages(
  packages: readonly string[],
  { folder, aptGet, onProgress }: FetchOptions,
): Promise<readonly string[] | FetchFailure> {
  await mkdir(folder, { recursive: true });
  // Aside: of two who download at once, neither sees half of the other's file.
  const aside = await asideFolder(folder);
  try {
    const listed = await aptGet(["--quiet", "download", "--print-uris", ...packages], aside);
    const wanted = parseUris(listed.stdout);
    if (listed.code !== 0 || wanted.length < packages.length) return failed(packages, listed);
    const missing: PackageFile[] = [];
    for (const each of wanted)
      if ((await sha256Of(join(folder, each.file))) !== each.sha256) missing.push(each);
    if (missing.length > 0) {
      const names = missing.map(({ file }) => nameOf(file));
      onProgress(`apt-get download ${names.join(" ")} (${megabytes(bytesOf(missing))} MB)`);
      let loadedBytes = 0;
      // One after the other: what came whole stays, also when we are killed in the next one.
      for (const { file, bytes, sha256 } of missing) {
        const loaded = await aptGet(["--quiet", "download", nameOf(file)], aside);
        const sum = await sha256Of(join(aside, file));
        if (sum === undefined) return failed([nameOf(file)], loaded);
        if (sum !== sha256) return differs(file);
        await rename(join(aside, file), join(folder, file));
        loadedBytes += bytes;
        const of = `${megabytes(loadedBytes)} of ${megabytes(bytesOf(missing))} MB`;
        onProgress(`${nameOf(file)}: ${of}`);
      }
    }
    return wanted.map(({ file }) => join(folder, file));
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

function nameOf(file: string): string {
  return file.split("_")[0] ?? file;
}

function bytesOf(files: readonly PackageFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function failed(packages: readonly string[], result: CommandResult): FetchFailure {
  return {
    what: `apt-get download ${packages.join(" ")} ended with ${result.code}`,
    result,
    hint: "Look at the network and the package sources: apt-get update",
  };
}

function differs(file: string): FetchFailure {
  return {
    what: `${file} is not what the package index says (its SHA-256 differs)`,
    hint: "Fetch the package index again: sudo apt-get update",
  };
}

/** Lines such as `'http://…' redis_7.0_amd64.deb 51234 SHA256:…`. */
function parseUris(printed: string): readonly PackageFile[] {
  return [...printed.matchAll(/^'[^']+' (\S+\.deb) (\d+) SHA256:([0-9a-f]{64})$/gm)].map(
    ([, file = "", bytes, sha256 = ""]) => ({ file, bytes: Number(bytes), sha256 }),
  );
}

async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } catch {
    return undefined; // not downloaded yet
  }
}
