/** One statement of a file, as psql would send it. */
export interface SqlStatement {
  readonly text: string;
  /** Position of its first character in the file. */
  readonly start: number;
  /** The lines after `COPY … FROM stdin`, as pg_dump writes them. */
  readonly copyData?: string;
  /** A line for psql itself, such as `\connect`. */
  readonly metaCommand?: string;
}

/** Splits a file at its semicolons, as far as they are not inside of strings, comments, bodies or parentheses. */
export function splitSql(sql: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = -1;
  let depth = 0;
  let atomic = 0;
  let at = 0;

  const finish = (end: number): SqlStatement | undefined => {
    if (start < 0) return undefined;
    const statement = { text: sql.slice(start, end), start };
    start = -1;
    depth = 0;
    atomic = 0;
    statements.push(statement);
    return statement;
  };

  while (at < sql.length) {
    const skipped = skipComment(sql, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const character = sql[at] ?? "";
    if (/\s/.test(character)) {
      at += 1;
      continue;
    }
    if (start < 0 && character === "\\") {
      const end = endOfLine(sql, at);
      statements.push({
        text: sql.slice(at, end),
        start: at,
        metaCommand: sql.slice(at, end).trim(),
      });
      at = end;
      continue;
    }
    if (character === ";" && depth === 0 && atomic === 0) {
      const statement = finish(at);
      at += 1;
      if (statement !== undefined && isCopyFromStdin(statement.text))
        at = takeCopyData(sql, at, statements);
      continue;
    }
    if (start < 0) start = at;
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    const quoted = skipQuoted(sql, at);
    if (quoted > at) {
      at = quoted;
      continue;
    }
    const word = /^[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*/.exec(sql.slice(at, at + 64))?.[0];
    if (word === undefined) {
      at += 1;
      continue;
    }
    atomic = nextAtomic(atomic, word, sql.slice(start, at));
    at += word.length;
    // The rest of a word that is longer than the look-ahead.
    while (/[\w$\u0080-\uFFFF]/.test(sql[at] ?? "")) at += 1;
  }
  finish(sql.trimEnd().length);
  return statements.filter(({ text }) => text.trim() !== "");
}

/** `BEGIN ATOMIC … END` bodies of SQL-standard functions hold semicolons without any quotes; CASE has an END too. */
function nextAtomic(atomic: number, word: string, before: string): number {
  const upper = word.toUpperCase();
  if (atomic === 0) return upper === "ATOMIC" && /\bbegin\s+$/i.test(before) ? 1 : 0;
  if (upper === "CASE") return atomic + 1;
  return upper === "END" ? atomic - 1 : atomic;
}

function skipComment(sql: string, at: number): number {
  if (sql.startsWith("--", at)) return endOfLine(sql, at);
  if (!sql.startsWith("/*", at)) return at;
  let depth = 1;
  let end = at + 2;
  while (end < sql.length && depth > 0) {
    if (sql.startsWith("/*", end)) {
      depth += 1;
      end += 2;
    } else if (sql.startsWith("*/", end)) {
      depth -= 1;
      end += 2;
    } else end += 1;
  }
  return end;
}

function skipQuoted(sql: string, at: number): number {
  const character = sql[at];
  if (character === '"') return endOfQuote(sql, at + 1, '"', false);
  if (character === "'") {
    const isEscaping = /(?:^|[^\w$])[eE]$/.test(sql.slice(Math.max(0, at - 2), at));
    return endOfQuote(sql, at + 1, "'", isEscaping);
  }
  if (character !== "$" || /[\w$]/.test(sql[at - 1] ?? "")) return at;
  const tag = /^\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$/.exec(
    sql.slice(at, at + 128),
  )?.[0];
  if (tag === undefined) return at;
  const end = sql.indexOf(tag, at + tag.length);
  return end < 0 ? sql.length : end + tag.length;
}

function endOfQuote(sql: string, from: number, quote: string, backslashEscapes: boolean): number {
  for (let at = from; at < sql.length; at += 1) {
    if (backslashEscapes && sql[at] === "\\") at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

function isCopyFromStdin(text: string): boolean {
  return /^copy\b/i.test(text) && /\bfrom\s+stdin\b/i.test(text);
}

function takeCopyData(sql: string, after: number, statements: SqlStatement[]): number {
  const dataStart = Math.min(endOfLine(sql, after) + 1, sql.length);
  const end = /^\\\.\r?$/m.exec(sql.slice(dataStart));
  const dataEnd = end === null ? sql.length : dataStart + end.index;
  const statement = statements.pop();
  if (statement !== undefined)
    statements.push({ ...statement, copyData: sql.slice(dataStart, dataEnd) });
  return end === null ? sql.length : dataEnd + end[0].length;
}

function endOfLine(sql: string, at: number): number {
  const end = sql.indexOf("\n", at);
  return end < 0 ? sql.length : end;
}
