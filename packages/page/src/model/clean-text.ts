/** Text of others on one or many lines: no escape sequence, control character or change of direction acts; each shows. */
export function cleanText(text: string): string {
  if (!needsCleaning.test(text)) return text;
  return text
    .toWellFormed()
    .replaceAll(escapeSequence, "")
    .replaceAll("\r\n", "\n")
    .replaceAll(control, shown)
    .replaceAll(invisible, shown);
}

/** The same on one line, cut to `most` characters. */
export function cleanLine(text: string, most = 400): string {
  // A megabyte need not be cleaned to show its first words.
  const start = text.length > most * 4 ? text.slice(0, most * 4) : text;
  const line = cleanText(start).replaceAll(/\s*\n\s*/g, " ");
  return line.length <= most && start.length === text.length ? line : `${line.slice(0, most - 1)}…`;
}

/** CSI, OSC and the short ones. An OSC that never ends takes the rest of its line only. */
export const escapeSequence =
  // oxlint-disable-next-line no-control-regex
  /\u001B\][^\u0007\u001B\n]*(?:\u0007|\u001B\\)?|[\u001B\u009B][[\]()#;?]*(?:\d{1,4}(?:[;:]\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~]/g;

// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** What changes the direction of text or takes no room. */
const invisible = /[\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF]/g;

const needsCleaning =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uD800-\uDFFF\uFEFF]/;

const names: Readonly<Record<string, string>> = { "\0": "NUL", "\u0007": "BEL", "\u001B": "ESC" };

function shown(character: string): string {
  return `⟨${names[character] ?? codePoint(character)}⟩`;
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
