import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findProgram } from "../process/find-program.ts";
import { findUnpacked } from "./unpacked-program.ts";

/** A server that speaks Redis's protocol. */
export interface RedisProgram {
  readonly file: string;
  readonly name: "redis" | "valkey";
  /** "7.0.15" */
  readonly version: string;
  /** Needed to run it: the libraries that were unpacked with it. */
  readonly libraryPath?: string;
  /** "on PATH", "unpacked by shakedown install redis" */
  readonly where: string;
}

export interface FindRedisOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** The engine's own, where `shakedown install redis` unpacks. */
  readonly cacheFolder: string;
}

export const redisVersion = /v=(\d+\.\d+(?:\.\d+)?)/;

/** Beside PATH: a supervisor started from an editor often has a short one. */
const usualFolders = [
  "/usr/bin",
  "/usr/local/bin",
  "/opt/homebrew/bin",
  "/opt/homebrew/opt/valkey/bin",
  "/home/linuxbrew/.linuxbrew/bin",
  "/snap/bin",
];

/** All that are found, the ones of this machine first. */
export async function findRedis({
  environment,
  cacheFolder,
}: FindRedisOptions): Promise<RedisProgram[]> {
  const places = [
    { path: environment["PATH"] ?? "", where: "on PATH" },
    { path: usualFolders.join(":"), where: "in its usual place" },
  ];
  const found = new Map<string, RedisProgram>();
  for (const { path, where } of places) {
    for (const name of ["redis", "valkey"] as const) {
      const file = path === "" ? undefined : findProgram(`${name}-server`, { path, cwd: "/" });
      if (file === undefined || found.has(file)) continue;
      const version = await readVersion(file);
      if (version !== undefined) found.set(file, { file, name, version, where });
    }
  }
  const unpacked = await findUnpacked(cacheFolder);
  if (unpacked !== undefined) {
    const { program, version, libraryPath } = unpacked;
    found.set(program, {
      file: program,
      name: "redis",
      version,
      libraryPath,
      where: "unpacked by shakedown install redis",
    });
  }
  return [...found.values()];
}

async function readVersion(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(file, ["--version"], { timeout: 5000 });
    return redisVersion.exec(stdout)?.[1];
  } catch {
    // A program that cannot say its version does not run here.
    return undefined;
  }
}
