import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

/** Raised when the layout of packs changes: older ones are rebuilt, since the number is part of their key. */
export const packFormat = 3;

/** Which files of an engine's data folder are kept, and which of them can wait. `Facts` is what a later start has to know. */
export interface PackLayout<Facts> {
  /** Tells the files of a folder that every start writes itself, or that are of no use after it. */
  worthless(folder: string): (path: string) => boolean;
  /** Tells the files that no start needs: they may be written while the server starts. */
  late(facts: Facts): (path: string) => boolean;
}

interface PackIndex<Facts> {
  readonly facts: Facts;
  readonly folders: readonly string[];
  /** Path, offset, length. Files of the same content share one place: three databases of a fresh server are equal. */
  readonly files: readonly (readonly [string, number, number])[];
  readonly bodyBytes: number;
  readonly checksum: number;
}

/** An open file: it stays readable when another process puts a newer one in its place. */
export interface DataPack<Facts> extends Disposable {
  readonly facts: Facts;
  /** Writes the folders and the files that a start needs. */
  writeFirst(folder: string): void;
  /** Writes the files that can wait. */
  writeRest(folder: string): void;
}

/** Nothing is held in memory as a whole: the supervisor stays small. */
const pieceBytes = 1024 * 1024;
const footerBytes = 8;

/** Writes the data folder of a stopped server as one file: contents, an index as JSON, and the index's length and checksum. */
export function writePack<Facts>(
  file: string,
  folder: string,
  { facts, layout }: { readonly facts: Facts; readonly layout: PackLayout<Facts> },
): void {
  const folders: string[] = [];
  const files: [string, number, number][] = [];
  const known = new Map<string, number>();
  let bodyBytes = 0;
  let checksum = 0;
  const isWorthless = layout.worthless(folder);
  // Private: it holds the password that the next server starts with.
  const to = openSync(file, "wx", 0o600);
  const keep = (content: Buffer): number => {
    const key = createHash("sha1").update(content).digest("base64");
    const same = known.get(key);
    if (same !== undefined) return same;
    const offset = bodyBytes;
    known.set(key, offset);
    writeSync(to, content);
    checksum = crc32(content, checksum);
    bodyBytes += content.length;
    return offset;
  };
  const visit = (path: string): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        folders.push(inner);
        visit(inner);
      } else if (entry.isFile() && !isWorthless(inner)) {
        const content = readFileSync(join(folder, inner));
        files.push([inner, keep(content), content.length]);
      }
    }
  };
  try {
    visit("");
    const index: PackIndex<Facts> = { facts, folders, files, bodyBytes, checksum };
    const bytes = Buffer.from(JSON.stringify(index));
    const footer = Buffer.alloc(footerBytes);
    footer.writeUInt32LE(bytes.length, 0);
    footer.writeUInt32LE(crc32(bytes), 4);
    writeSync(to, Buffer.concat([bytes, footer]));
  } finally {
    closeSync(to);
  }
}

/** Undefined when the pack is cut short or changed. */
export function openPack<Facts>(
  file: string,
  layout: PackLayout<Facts>,
): DataPack<Facts> | undefined {
  const from = openSync(file, "r");
  const index = readIndex<Facts>(from);
  if (index === undefined) {
    closeSync(from);
    return undefined;
  }
  const { facts, folders, files } = index;
  const piece = Buffer.allocUnsafe(pieceBytes);
  const isLate = layout.late(facts);
  const write = (folder: string, wanted: (path: string) => boolean): void => {
    for (const [path, offset, length] of files) {
      if (wanted(path)) copyOut({ from, offset, length, file: `${folder}/${path}` }, piece);
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
    [Symbol.dispose]: () => closeSync(from),
  };
}

function readIndex<Facts>(from: number): PackIndex<Facts> | undefined {
  const { size } = fstatSync(from);
  const footer = Buffer.alloc(footerBytes);
  if (size < footerBytes) return undefined;
  readSync(from, footer, 0, footerBytes, size - footerBytes);
  const bytes = Buffer.alloc(Math.min(footer.readUInt32LE(0), size - footerBytes));
  readSync(from, bytes, 0, bytes.length, size - footerBytes - bytes.length);
  if (crc32(bytes) !== footer.readUInt32LE(4)) return undefined;
  const index = JSON.parse(bytes.toString()) as PackIndex<Facts>;
  if (index.bodyBytes !== size - footerBytes - bytes.length) return undefined;
  const piece = Buffer.allocUnsafe(pieceBytes);
  let checksum = 0;
  for (let at = 0; at < index.bodyBytes; at += pieceBytes) {
    const length = Math.min(pieceBytes, index.bodyBytes - at);
    if (readSync(from, piece, 0, length, at) !== length) return undefined;
    checksum = crc32(piece.subarray(0, length), checksum);
  }
  return checksum === index.checksum ? index : undefined;
}

interface Part {
  readonly from: number;
  readonly offset: number;
  readonly length: number;
  readonly file: string;
}

function copyOut({ from, offset, length, file }: Part, piece: Buffer): void {
  const to = openSync(file, "w", 0o600);
  try {
    for (let at = 0; at < length; at += pieceBytes) {
      const read = readSync(from, piece, 0, Math.min(pieceBytes, length - at), offset + at);
      writeSync(to, piece, 0, read);
    }
  } finally {
    closeSync(to);
  }
}
