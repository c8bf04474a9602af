import type { TestIdentity } from "../../../shakedown/src/events/run-event.ts";

/**
 * Runs one test again: by its line, or by its name where there is no line or others stand on it, too. Safe to paste whatever the
 * test is called: quoted, and on one line.
 */
export function rerunCommand(
  { file, suite, name, line }: TestIdentity,
  { lineIsShared = false }: { readonly lineIsShared?: boolean } = {},
): string {
  const place = file.startsWith("-") ? `./${file}` : file;
  const run = isPlain(file) ? ["npx shakedown run", shellQuoted(place)] : ["npx shakedown run"];
  if (line !== undefined && !lineIsShared && isPlain(file))
    return `npx shakedown run ${shellQuoted(`${place}:${line}`)}`;
  const isWhole = /^\((the file itself|hooks of the suite)\)$/.test(name);
  const names = isWhole ? suite : [...suite, name];
  if (names.length === 0) return run.join(" ");
  const pattern = names.map(namePattern).join(" (> )?"); // what Vitest puts between them depends on its version
  return [...run, "-- -t", shellQuoted(`^${pattern}${isWhole ? " " : "$"}`)].join(" ");
}

/** Vitest takes names as regular expressions: what cannot be pasted safely becomes a dot. */
function namePattern(name: string): string {
  return name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(unsafe, ".");
}

const unsafe =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u2069\uD800-\uDFFF\uFEFF]/gu;

function isPlain(text: string): boolean {
  return text.search(unsafe) === -1 && text !== "";
}

/** For POSIX shells. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
