/** Breaks a text at spaces; lines after the first begin with `indent` spaces. A word that is too long stays whole. */
export function wrap(
  text: string,
  { columns, indent }: { columns: number; indent: number },
): string {
  const lines: string[] = [];
  let line = "";
  // Spaces in a row stay: they keep columns apart.
  for (const [word] of text.matchAll(/ *[^ ]+/g)) {
    if (line.trim() !== "" && line.length + word.length > columns) {
      lines.push(line);
      line = `${" ".repeat(indent)}${word.trimStart()}`;
    } else line += word;
  }
  return [...lines, line].join("\n");
}
