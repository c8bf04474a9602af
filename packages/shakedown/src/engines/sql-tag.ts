/** Runs a statement; what is interpolated is sent as parameters, never as text. Gives the rows. */
export interface SqlTag {
  // oxlint-disable-next-line typescript/no-explicit-any -- rows have whatever columns the statement gives them
  <Row = any>(strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<Row[]>;
  /** A quoted name of a table or column: `sql.id("Cameras")`, `sql.id("audit", "events")`. */
  id(...names: readonly string[]): SqlFragment;
  /** A part of a statement, with its own parameters, to be put into another. */
  part(strings: TemplateStringsArray, ...values: readonly unknown[]): SqlFragment;
}

export interface SqlFragment {
  readonly [fragment]: true;
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

const fragment = Symbol("sql fragment");

/** How a database writes what a statement is made of. */
export interface SqlStyle {
  quoteName(name: string): string;
  /** The placeholder of the n-th parameter, counted from 1. */
  placeholder(index: number): string;
}

export function sqlTag(
  style: SqlStyle,
  run: (text: string, values: unknown[]) => Promise<unknown[]>,
): SqlTag {
  const tag = async (
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ): Promise<unknown[]> => {
    const statement = toStatement(style, strings, values);
    return await run(statement.text, statement.values);
  };
  return Object.assign(tag as SqlTag, {
    id: (...names: readonly string[]): SqlFragment =>
      newFragment([names.map((name) => style.quoteName(name)).join(".")], []),
    part: (strings: TemplateStringsArray, ...values: readonly unknown[]): SqlFragment =>
      newFragment(strings, values),
  });
}

function toStatement(
  style: SqlStyle,
  strings: readonly string[],
  values: readonly unknown[],
): { text: string; values: unknown[] } {
  const bound: unknown[] = [];
  const write = (parts: readonly string[], inserted: readonly unknown[]): string =>
    parts
      .map((part, index) => {
        if (index >= inserted.length) return part;
        const value = inserted[index];
        if (isFragment(value)) return part + write(value.strings, value.values);
        return part + style.placeholder(bound.push(value));
      })
      .join("");
  return { text: write(strings, values), values: bound };
}

function newFragment(strings: readonly string[], values: readonly unknown[]): SqlFragment {
  return { [fragment]: true, strings, values };
}

function isFragment(value: unknown): value is SqlFragment {
  return typeof value === "object" && value !== null && fragment in value;
}
