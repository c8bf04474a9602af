import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Look } from "../../../providers/ladder.ts";
import {
  baseFolderOf,
  findMysqlPrograms,
  type Flavour,
  type MysqlProgram,
  parseMysqlVersion,
} from "../../../providers/mysql-programs.ts";
import { passableFolder } from "../../../providers/passable-folder.ts";
import { chooseRunAs, type RunAs } from "../../../providers/run-as.ts";
import type { VersionWish } from "../../../providers/version-wish.ts";

/** A server's programs on this machine, and the identity under which they run. */
export interface MysqlInstallation {
  readonly flavour: Flavour;
  readonly version: string;
  readonly runAs: RunAs;
  /** "mariadbd" */
  readonly program: string;
  /** The folder with `bin` and `share`, as the server's user sees it. */
  readonly base: string;
  /** Stands for these very programs in cache keys: their place, size and time. */
  readonly identity: string;
}

export interface LookOptions {
  readonly flavour: Flavour;
  readonly environment: Readonly<Record<string, string>>;
  readonly cache: string;
}

/** What the system's package manager installed, or `shakedown install` unpacked: the first of the wished flavour and version. */
export async function lookForInstallation(
  options: LookOptions,
  wish: VersionWish,
): Promise<Look<MysqlInstallation>> {
  const { flavour, environment, cache } = options;
  const reasons: string[] = [];
  for (const program of await findMysqlPrograms({ environment, cacheFolder: cache })) {
    const looked = await inspect(program, options, wish);
    if (typeof looked === "string") {
      reasons.push(looked);
      continue;
    }
    const notes = [join(program.bin, program.program), program.where, looked.runAs.note];
    return {
      found: looked,
      version: `${flavour} ${looked.version}`,
      reason: notes.filter((note) => note !== undefined).join(", "),
    };
  }
  return {
    passedOver:
      reasons.length > 0
        ? reasons.join("; ")
        : `no ${flavour === "mariadb" ? "mariadbd" : "mysqld"} on PATH or in the usual places`,
  };
}

async function inspect(
  found: MysqlProgram,
  { flavour, environment, cache }: LookOptions,
  wish: VersionWish,
): Promise<MysqlInstallation | string> {
  const { bin, program, libraryPath } = found;
  const file = join(bin, program);
  const base = await baseFolderOf(found);
  const key = createHash("sha256").update(file).digest("hex").slice(0, 12);
  const copyTo = join(await passableFolder(join(cache, "programs")), `copied-${key}`);
  const chosen = await chooseRunAs({
    bin,
    program,
    path: environment["PATH"] ?? "",
    memory: join(cache, "programs"),
    ...(libraryPath === undefined
      ? {}
      : {
          libraryPath,
          copy: { from: unpackedRoot(base), to: copyTo, followLinks: false },
        }),
  });
  if ("refused" in chosen) return `${file} cannot be run: ${chosen.refused}`;
  const parsed = parseMysqlVersion(chosen.printed);
  if (parsed === undefined) return `${file} prints no version: ${chosen.printed}`;
  if (parsed.flavour !== flavour) {
    return `${file} is ${parsed.flavour === "mariadb" ? "MariaDB: use mariadb() for it" : "MySQL: use mysql() for it"}`;
  }
  if (!wish.accepts(parsed.version))
    return `${file} is version ${parsed.version}, not ${wish.text}`;
  const { size, mtimeMs } = await stat(file);
  const isCopied = chosen.runAs.bin !== bin;
  return {
    ...parsed,
    runAs: chosen.runAs,
    program,
    base: isCopied ? copyTo + base.slice(unpackedRoot(base).length) : base,
    identity: `${file} ${size} ${mtimeMs}`,
  };
}

/** What was unpacked has its `usr` in a folder of its own. */
function unpackedRoot(base: string): string {
  return dirname(base);
}
