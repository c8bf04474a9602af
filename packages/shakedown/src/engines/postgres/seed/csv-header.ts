/** The column names in the first record of a CSV file. */
export function csvHeader(text: string): readonly string[] {
  const columns: string[] = [];
  let column = "";
  let isQuoted = false;
  let at = 0;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (isQuoted) {
      if (character !== '"') column += character;
      else if (text[at + 1] === '"') {
        column += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ",") {
      columns.push(column);
      column = "";
    } else if (character === "\n" || character === "\r") break;
    else column += character;
  }
  return [...columns, column].map((name) => name.trim());
}
