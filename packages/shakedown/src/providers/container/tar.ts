import { readFile } from "node:fs/promises";

/** A file that is copied into a container before it starts. */
export interface ContainerFile {
  /** Absolute, in the container. */
  readonly to: string;
  readonly content: string | { readonly file: string };
  /** @default 0o644 */
  readonly mode?: number;
  /** Nobody in there writes to it: an engine on this machine is given it as a mount, which takes no time. */
  readonly readOnly?: boolean;
}

const block = 512;

/** The files as an archive (ustar) whose names are relative to the container's root. */
export async function tarOf(files: readonly ContainerFile[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { to, content, mode = 0o644 } of files) {
    const bytes = typeof content === "string" ? Buffer.from(content) : await readFile(content.file);
    const padding = Buffer.alloc((block - (bytes.length % block)) % block);
    parts.push(...headersOf(to.replace(/^\/+/, ""), bytes.length, mode), bytes, padding);
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** Two where the name is longer than the format's 100 bytes: the first holds the name. */
function headersOf(name: string, size: number, mode: number): readonly Buffer[] {
  if (Buffer.byteLength(name) <= 100) return [header({ name, size, mode, type: "0" })];
  const long = Buffer.from(`${name}\0`);
  const padding = Buffer.alloc((block - (long.length % block)) % block);
  return [
    header({ name: "././@LongLink", size: long.length, mode: 0, type: "L" }),
    long,
    padding,
    header({ name: Buffer.from(name).subarray(0, 100).toString("latin1"), size, mode, type: "0" }),
  ];
}

interface Header {
  readonly name: string;
  readonly size: number;
  readonly mode: number;
  readonly type: "0" | "L";
}

function header({ name, size, mode, type }: Header): Buffer {
  const made = Buffer.alloc(block);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits - 1, "0")}\0`;
  made.write(name, 0, 100);
  made.write(octal(mode, 8), 100);
  made.write(octal(0, 8), 108);
  made.write(octal(0, 8), 116);
  made.write(octal(size, 12), 124);
  made.write(octal(0, 12), 136);
  made.write("        ", 148);
  made.write(type, 156);
  made.write("ustar  \0", 257);
  const sum = made.reduce((total, byte) => total + byte, 0);
  made.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return made;
}
