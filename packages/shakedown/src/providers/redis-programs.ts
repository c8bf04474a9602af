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

type Candidate = Pick<RedisProgram, "file" | "name" | "where">;

/** The servers of this machine, before anybody asked them for their versions. */
export function redisCandidates(environment: Readonly<Record<string, string>>): Candidate[] {
  const places = [
    { path: environment["PATH"] ?? "", where: "on PATH" },
    { path: usualFolders.join(":"), where: "in its usual place" },
  ];
  const found = new Map<string, Candidate>();
  for (const { path, where } of places) {
    for (const name of ["redis", "valkey"] as const) {
      const file = path === "" ? undefined : findProgram(`${name}-server`, { path, cwd: "/" });
      if (file !== undefined && !found.has(file)) found.set(file, { file, name, where });
    }
  }
  return [...found.values()];
}

/** All that are found, the ones of this machine first. */
export async function findRedis({
  environment,
  cacheFolder,
}: FindRedisOptions): Promise<RedisProgram[]> {
  const found = new Map<string, RedisProgram>();
  for (const candidate of redisCandidates(environment)) {
    const version = await readVersion(candidate.file);
    if (version !== undefined) found.set(candidate.file, { ...candidate, version });
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
