import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PackLayout } from "../../../providers/data-pack.ts";

/** What a later start has to know about a data folder beside its files. */
export interface PackFacts {
  readonly controlPassword: string;
  /** "migrated 12 files in 340 ms"; absent in a pack without migrations. */
  readonly built?: string;
  /** The databases' folders by name. */
  readonly databases: Readonly<Record<string, string>>;
}

/** PostgreSQL's data folder in a pack; only the database `postgres` is used before the server is up. */
export const packLayout: PackLayout<PackFacts> = {
  worthless(folder) {
    const needed = neededWal(folder);
    return (path) => isWorthless(path, needed);
  },
  late({ databases }) {
    const late = Object.entries(databases).flatMap(([name, path]) =>
      name === "postgres" ? [] : [`${path}/`],
    );
    return (path) => late.some((start) => path.startsWith(start));
  },
};

/** Written by every start itself, or of no use after it. Maps of free space are made again where they are missing. */
function isWorthless(path: string, neededWal: string | undefined): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (madeAnew.has(name) || name.endsWith("_fsm")) return true;
  return neededWal !== undefined && /^pg_wal\/[0-9A-F]{24}$/.test(path) && name !== neededWal;
}

const madeAnew = new Set([
  "postmaster.pid",
  "postmaster.opts",
  "postgresql.conf",
  "pg_hba.conf",
  "pg_internal.init",
]);

const segmentBytes = 1024n * 1024n;
const segmentsOfLog = 0x1_0000_0000n / segmentBytes;

/** After a clean stop the one segment with the last checkpoint is all that a start reads. Undefined keeps them all. */
function neededWal(folder: string): string | undefined {
  const control = readFileSync(join(folder, "global/pg_control"));
  // ControlFileData, the same from version 11 on: checkPoint at 32, then checkPointCopy with redo and its timeline.
  const checkpoint = control.readBigUInt64LE(32);
  const redo = control.readBigUInt64LE(40);
  const timeline = control.readUInt32LE(48);
  const segment = redo / segmentBytes;
  if (segment !== checkpoint / segmentBytes) return undefined;
  const hex = (value: bigint): string => value.toString(16).toUpperCase().padStart(8, "0");
  const name = `${hex(BigInt(timeline))}${hex(segment / segmentsOfLog)}${hex(segment % segmentsOfLog)}`;
  return existsSync(join(folder, "pg_wal", name)) ? name : undefined;
}
