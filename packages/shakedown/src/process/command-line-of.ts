import { readFileSync } from "node:fs";
import { basename } from "node:path";

const longest = 80;

/** How a process was called, for people: without the folder of its program; nothing where that cannot be seen. */
export function commandLineOf(pid: number): string | undefined {
  try {
    const [program = "", ...rest] = readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .replace(/\0$/, "")
      .split("\0");
    const text = [basename(program), ...rest].join(" ");
    if (text === "") return undefined;
    return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  } catch {
    // Gone, or a system without /proc.
    return undefined;
  }
}
