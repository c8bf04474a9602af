import { relative } from "node:path";
import { printableLine } from "../kit/printable.ts";
import { quotedWord } from "../kit/quoted-word.ts";
import { findStackFile } from "../stack/find-stack-file.ts";

export interface KeptOf {
  readonly stackFile: string;
  readonly service: string;
  /** The failed test's name, or its full one. */
  readonly test: string;
}

/** Longer names say no more, and a part of one is enough. */
const longestName = 300;

/** What opens a client on kept data, typed in `cwd`: it knows the password, which reports must not hold. */
export function connectCommand({ stackFile, service, test }: KeptOf, cwd: string): string {
  const words = [
    "npx shakedown connect",
    ...(isFoundFrom(cwd, stackFile) ? [] : [`--stack ${quotedWord(relative(cwd, stackFile))}`]),
    quotedWord(service),
    quotedWord(printableLine(test, Infinity).slice(0, longestName)),
  ];
  return words.join(" ");
}

function isFoundFrom(cwd: string, stackFile: string): boolean {
  try {
    return findStackFile(cwd) === stackFile;
  } catch {
    return false; // there are several, and the reader must say which
  }
}
