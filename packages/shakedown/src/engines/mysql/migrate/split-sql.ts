/** One statement of a file, as the `mysql` client would send it. */
export interface SqlStatement {
  readonly text: string;
  /** Position of its first character in the file. */
  readonly start: number;
}

/**
 * Splits a file at its delimiters, as far as they are not inside of strings, names and comments. `DELIMITER` changes them, as it
 * does for the client; bodies of procedures need it.
 */
export function splitSql(sql: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  let delimiter = ";";
  let start = -1;
  let at = 0;
  const finish = (end: number): void => {
    if (start >= 0) statements.push({ text: sql.slice(start, end).trimEnd(), start });
    start = -1;
  };
  while (at < sql.length) {
    const comment = skipComment(sql, at);
    if (comment > at) {
      at = comment;
      continue;
    }
    if (/\s/.test(sql[at] ?? "")) {
      at += 1;
      continue;
    }
    const changed = start < 0 ? /^delimiter[ \t]+(\S+)[^\n]*/i.exec(sql.slice(at, at + 200)) : null;
    if (changed !== null) {
      delimiter = changed[1] ?? ";";
      at += changed[0].length;
      continue;
    }
    if (sql.startsWith(delimiter, at)) {
      finish(at);
      at += delimiter.length;
      continue;
    }
    if (start < 0) start = at;
    at = skipQuoted(sql, at);
  }
  finish(sql.length);
  return statements;
}

/** `/*! … *\/` is no comment: servers run what stands in it. */
function skipComment(sql: string, at: number): number {
  const isLine = sql[at] === "#" || (sql.startsWith("--", at) && /\s|^$/.test(sql[at + 2] ?? ""));
  if (isLine) {
    const end = sql.indexOf("\n", at);
    return end < 0 ? sql.length : end;
  }
  if (!sql.startsWith("/*", at) || /^\/\*(!|M!)/.test(sql.slice(at, at + 4))) return at;
  const end = sql.indexOf("*/", at + 2);
  return end < 0 ? sql.length : end + 2;
}

/** Past one character, or past all of a string or a quoted name. */
function skipQuoted(sql: string, at: number): number {
  const quote = sql[at] ?? "";
  if (!["'", '"', "`"].includes(quote)) return at + 1;
  for (let end = at + 1; end < sql.length; end += 1) {
    if (sql[end] === "\\" && quote !== "`") end += 1;
    else if (sql[end] === quote) {
      if (sql[end + 1] !== quote) return end + 1;
      end += 1;
    }
  }
  return sql.length;
}
