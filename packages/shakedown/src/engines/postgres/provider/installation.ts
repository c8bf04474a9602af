import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunAs } from "../../../providers/run-as.ts";
import type { PostgresVersion } from "./version.ts";

/** PostgreSQL's programs on this machine, and the identity under which they run. */
export interface Installation {
  readonly version: PostgresVersion;
  readonly runAs: RunAs;
  /** Stands for these very programs in cache keys: their place, size and time. */
  readonly identity: string;
}

export async function missingExtensions(
  bin: string,
  major: number,
  wanted: readonly string[],
): Promise<readonly string[]> {
  if (wanted.length === 0) return [];
  const known = new Set<string>();
  for (const folder of extensionFolders(bin, major)) {
    const names = await readdir(folder).catch(() => [] as string[]); // one of several layouts, each with its own folder
    for (const name of names)
      if (name.endsWith(".control")) known.add(name.slice(0, -".control".length));
  }
  return wanted.filter((name) => !known.has(name));
}

function extensionFolders(bin: string, major: number): readonly string[] {
  const top = join(bin, "..");
  return [
    join(top, "share/postgresql/extension"),
    join(top, "share/extension"),
    join(top, `share/postgresql@${major}/extension`),
    join(top, `../../../share/postgresql@${major}/extension`),
    `/usr/share/postgresql/${major}/extension`,
    join(top, "share/pgsql/extension"),
    "/usr/share/pgsql/extension",
  ];
}
