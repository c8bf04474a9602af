import { readdir, realpath, stat } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { findUnpacked } from "./unpacked-program.ts";

export type Flavour = "mariadb" | "mysql";

/** The folder of a server program, before anybody asked it for its version. */
export interface MysqlProgram {
  readonly bin: string;
  /** "mariadbd", "mysqld" */
  readonly program: string;
  /** Needed to run it: the libraries that were unpacked with it. */
  readonly libraryPath?: string;
  /** "on PATH", "in its usual place", "unpacked by shakedown install mariadb" */
  readonly where: string;
}

export interface FindMysqlOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** The engine's own, where `shakedown install mariadb` unpacks. */
  readonly cacheFolder: string;
}

export const mariadbVersion = /Ver (\d+\.\d+\.\d+)-MariaDB/;

/** Servers are often in sbin, which is on nobody's PATH but root's. */
const usualFolders = [
  "/usr/sbin",
  "/usr/bin",
  "/usr/libexec",
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/local/mysql/bin",
  "/opt/homebrew/bin",
  "/opt/homebrew/opt/mariadb/bin",
  "/opt/homebrew/opt/mysql/bin",
  "/home/linuxbrew/.linuxbrew/bin",
];

/** The server programs of this machine. */
export async function mysqlFiles(
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const found = await programsHere(environment);
  return [...found.keys()];
}

/** All that are found, each once, the ones of this machine first. */
export async function findMysqlPrograms({
  environment,
  cacheFolder,
}: FindMysqlOptions): Promise<MysqlProgram[]> {
  const found = await programsHere(environment);
  const unpacked = await findUnpacked(cacheFolder);
  if (unpacked !== undefined) {
    found.set(unpacked.program, {
      bin: dirname(unpacked.program),
      program: basename(unpacked.program),
      libraryPath: unpacked.libraryPath,
      where: "unpacked by shakedown install mariadb",
    });
  }
  return [...found.values()];
}

async function programsHere(
  environment: Readonly<Record<string, string>>,
): Promise<Map<string, MysqlProgram>> {
  const places = [
    ...(environment["PATH"] ?? "")
      .split(delimiter)
      .filter((folder) => folder.startsWith("/"))
      .map((folder) => ({ folder, where: "on PATH" })),
    ...usualFolders.map((folder) => ({ folder, where: "in its usual place" })),
  ];
  const found = new Map<string, MysqlProgram>();
  for (const { folder, where } of places) {
    for (const name of ["mariadbd", "mysqld"]) {
      // mysqld is often a link to mariadbd; and neither runs away from its own files.
      const file = await realpath(join(folder, name)).catch(() => undefined); // not there
      if (file === undefined || found.has(file) || !(await stat(file)).isFile()) continue;
      found.set(file, { bin: dirname(file), program: basename(file), where });
    }
  }
  return found;
}

export interface MysqlVersion {
  readonly flavour: Flavour;
  /** "10.11.19" */
  readonly version: string;
}

/** From "mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for …", or what a running server says of itself. */
export function parseMysqlVersion(printed: string): MysqlVersion | undefined {
  const version = /(?:Ver |^)(\d+\.\d+\.\d+)/.exec(printed)?.[1];
  if (version === undefined) return undefined;
  return { flavour: /mariadb/i.test(printed) ? "mariadb" : "mysql", version };
}

/** The folder with `share` and `bin` that belongs to a program. */
export async function baseFolderOf({ bin }: Pick<MysqlProgram, "bin">): Promise<string> {
  const base = dirname(bin);
  const names = await readdir(join(base, "share")).catch(() => [] as string[]); // an unusual layout: the program knows itself
  return names.length > 0 ? base : bin;
}
