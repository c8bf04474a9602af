import { readFileSync } from "node:fs";

export interface SourcePlace {
  readonly file: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/** The line with the one before it, or as many around it, and a mark under the column. Empty when the file cannot be read. */
export function codeFrame(
  { file, line, column }: SourcePlace,
  { before = 1, after = 0 }: { readonly before?: number; readonly after?: number } = {},
): string {
  const lines = readLines(file);
  const text = lines[line - 1];
  if (text === undefined) return "";
  const last = Math.min(line + after, lines.length);
  const width = String(last).length;
  const row = (number: number): string =>
    `${number === line ? ">" : " "} ${String(number).padStart(width)} | ${lines[number - 1] ?? ""}`;
  const rows = (from: number, to: number): string[] =>
    Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => row(from + index));
  // Tabs stay tabs, so that the mark stands right whatever their width.
  const offset = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return [
    ...rows(Math.max(1, line - before), line),
    `  ${" ".repeat(width)} | ${offset}^`,
    ...rows(line + 1, last),
  ].join("\n");
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch {
    // The frame is an addition; the place stands in the message anyway.
    return [];
  }
}
