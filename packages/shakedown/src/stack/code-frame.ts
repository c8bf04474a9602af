import { readFileSync } from "node:fs";

export interface SourcePlace {
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/** The line with the one before it, and a mark under the column. Empty when the file cannot be read. */
export function codeFrame({ file, line, column }: SourcePlace): string {
  const lines = readLines(file);
  const text = lines[line - 1];
  if (text === undefined) return "";
  const width = String(line).length;
  const before =
    line > 1 ? [`  ${String(line - 1).padStart(width)} | ${lines[line - 2] ?? ""}`] : [];
  // Tabs stay tabs, so that the mark stands right whatever their width.
  const offset = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return [...before, `> ${line} | ${text}`, `  ${" ".repeat(width)} | ${offset}^`].join("\n");
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    // The frame is an addition; the place stands in the message anyway.
    return [];
  }
}
