import { stripVTControlCharacters } from "node:util";

/** Text of others (test names, log lines) made safe to print: no escape sequences, no control characters but tab and newline. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll("\r\n", "\n").replaceAll(control, "\uFFFD");
}

// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** The same on one line, cut to `most` characters. */
export function printableLine(text: string, most = 400): string {
  const line = printable(text).replaceAll(/\s*\n\s*/g, " ");
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}
