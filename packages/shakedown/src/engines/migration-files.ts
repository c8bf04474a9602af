import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/**
 * The SQL files of a folder in the order in which they run. Knows plain files, pairs of `.up.sql` and `.down.sql`, and
 * folders with a `migration.sql` each.
 */
export async function migrationFiles(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) {
      const nested = join(inner, "migration.sql");
      if ((await stat(nested).catch(() => undefined))?.isFile() === true) files.push(nested); // undefined: some other folder
    } else if (isUpFile(entry.name)) files.push(inner);
  }
  const nameOf = (file: string): string =>
    basename(file) === "migration.sql" ? basename(join(file, "..")) : basename(file);
  return files.sort((left, right) => compareNames(nameOf(left), nameOf(right)));
}

function isUpFile(name: string): boolean {
  return name.endsWith(".sql") && !/[._-]down\.sql$/i.test(name) && !/^U\d[\d._]*__/.test(name);
}

/** As text, except that runs of digits compare as numbers: 2_users before 10_orders. */
export function compareNames(left: string, right: string): number {
  const lefts = left.split(/(\d+)/);
  const rights = right.split(/(\d+)/);
  for (let index = 0; index < Math.min(lefts.length, rights.length); index += 1) {
    const [one = "", other = ""] = [lefts[index], rights[index]];
    if (one === other) continue;
    if (/^\d/.test(one) && /^\d/.test(other)) {
      const difference = BigInt(one) - BigInt(other);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
    } else return one < other ? -1 : 1;
  }
  return lefts.length - rights.length || (left < right ? -1 : Number(left !== right));
}

const upMarkers = [
  /^--\s*migrate:up\b/i,
  /^--\s*\+goose\s+up\b/i,
  /^--\s*up migration\b/i,
  /^--\s*\+migrate\s+up\b/i,
];
const downMarkers = [
  /^--\s*migrate:down\b/i,
  /^--\s*\+goose\s+down\b/i,
  /^--\s*down migration\b/i,
  /^--\s*\+migrate\s+down\b/i,
];

/** Files of dbmate, goose and node-pg-migrate hold both directions. Lines keep their numbers. */
export function upPart(sql: string): string {
  if (!/^--/m.test(sql)) return sql;
  const lines = sql.split("\n");
  if (!lines.some((line) => upMarkers.some((marker) => marker.test(line.trim())))) return sql;
  let isUp = true;
  return lines
    .map((line) => {
      if (upMarkers.some((marker) => marker.test(line.trim()))) isUp = true;
      else if (downMarkers.some((marker) => marker.test(line.trim()))) isUp = false;
      return isUp ? line : "";
    })
    .join("\n");
}
