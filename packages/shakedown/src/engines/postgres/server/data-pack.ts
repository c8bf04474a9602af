import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** Raised when the layout of packs changes: older ones are rebuilt, since the number is part of their key. */
export const packFormat = 2;

/** What a later start has to know about a data folder beside its files. */
export interface PackFacts {
  readonly controlPassword: string;
  /** "migrated 12 files in 340 ms"; absent in a pack without migrations. */
  readonly built?: string;
  /** The databases' folders by name: those that no start needs may be written while the server starts. */
  readonly databases: Readonly<Record<string, string>>;
}

interface PackHeader {
  readonly facts: PackFacts;
  readonly folders: readonly string[];
  /** Path, offset, length. Files of the same content share one place: three databases of a fresh server are equal. */
  readonly files: readonly (readonly [string, number, number])[];
  readonly bodyBytes: number;
  readonly checksum: number;
}

export interface DataPack {
  readonly facts: PackFacts;
  /** Writes the folders and the files that a start needs. */
  writeFirst(folder: string): void;
  /** Writes the files of databases that nobody uses before the server is up. */
  writeRest(folder: string): void;
}

/** A data folder of a stopped server as one piece of memory: [length of header][header as JSON][contents]. */
export function packData(folder: string, facts: PackFacts): Buffer {
  const folders: string[] = [];
  const files: [string, number, number][] = [];
  const contents: Buffer[] = [];
  const known = new Map<string, { offset: number; content: Buffer }[]>();
  let bodyBytes = 0;
  const keep = (content: Buffer): number => {
    const key = `${content.length} ${crc32(content)}`;
    const same = known.get(key)?.find((other) => other.content.equals(content));
    if (same !== undefined) return same.offset;
    const offset = bodyBytes;
    known.set(key, [...(known.get(key) ?? []), { offset, content }]);
    contents.push(content);
    bodyBytes += content.length;
    return offset;
  };
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(inner);
        visit(inner);
      } else if (entry.isFile() && !isWorthless(inner, needed)) {
        const content = readFileSync(join(folder, inner));
        files.push([inner, keep(content), content.length]);
      }
    }
  };
  const needed = neededWal(folder);
  visit("");
  const body = Buffer.concat(contents);
  const header: PackHeader = { facts, folders, files, bodyBytes, checksum: crc32(body) };
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(head.length, 0);
  length.writeUInt32LE(crc32(head), 4);
  return Buffer.concat([length, head, body]);
}

/** Undefined when the pack is cut short or changed. */
export function readPack(bytes: Buffer): DataPack | undefined {
  if (bytes.length < 8) return undefined;
  const headEnd = 8 + bytes.readUInt32LE(0);
  const head = bytes.subarray(8, headEnd);
  if (headEnd > bytes.length || crc32(head) !== bytes.readUInt32LE(4)) return undefined;
  const { facts, folders, files, bodyBytes, checksum } = JSON.parse(head.toString()) as PackHeader;
  const body = bytes.subarray(headEnd);
  if (body.length !== bodyBytes || crc32(body) !== checksum) return undefined;
  const late = Object.entries(facts.databases).flatMap(([name, path]) =>
    name === "postgres" ? [] : [`${path}/`],
  );
  const isLate = (path: string): boolean => late.some((start) => path.startsWith(start));
  const write = (folder: string, wanted: (path: string) => boolean): void => {
    for (const [path, offset, length] of files) {
      if (wanted(path))
        writeFileSync(`${folder}/${path}`, body.subarray(offset, offset + length), { mode: 0o600 });
    }
  };
  return {
    facts,
    writeFirst(folder) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      for (const path of folders) mkdirSync(`${folder}/${path}`, { mode: 0o700 });
      write(folder, (path) => !isLate(path));
    },
    writeRest(folder) {
      write(folder, isLate);
    },
  };
}

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
  "postgresql.auto.conf",
  "pg_hba.conf",
  "pg_ident.conf",
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
