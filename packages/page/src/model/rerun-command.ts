import type { TestIdentity } from "../../../shakedown/src/events/run-event.ts";

/** Runs one test again. Safe to paste whatever its name is: quoted, and on one line. */
export function rerunCommand({ file, suite, name }: TestIdentity): string {
  const whole = /^\((the file itself|hooks of the suite)\)$/.test(name);
  const names = whole ? suite : [...suite, name];
  const parts = ["npx shakedown run"];
  if (isPlain(file)) parts.push(shellQuoted(file.startsWith("-") ? `./${file}` : file));
  if (names.length > 0)
    parts.push("-- -t", shellQuoted(`^${namePattern(names.join(" > "))}${whole ? " > " : "$"}`));
  return parts.join(" ");
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
