import type { Queryable } from "../database.ts";
import { conditions, type Conditions } from "./conditions.ts";

/** Where a page ended. The time is text, since PostgreSQL keeps microseconds and a Date does not. */
export interface Cursor {
  readonly at: string;
  readonly id: string;
}

export interface ListWish {
  readonly limit: number;
  readonly offset: number;
}

export interface PageWish extends ListWish {
  readonly cursor?: Cursor | undefined;
}

export interface List<Row> {
  readonly rows: readonly Row[];
  /** Of all that match, not of this page. */
  readonly count: number;
}

export interface Page<Row> extends List<Row> {
  /** Where the next page goes on; undefined behind the last row. */
  readonly next: Cursor | undefined;
}

interface Source {
  readonly table: string;
  /** @default "*" */
  readonly columns?: string;
  /** As `conditions` takes them. */
  readonly filter: Readonly<Record<string, unknown>>;
}

export interface ListSource extends Source {
  readonly order: string;
}

export interface PageSource extends Source {
  /** The column of time by which the newest comes first; the table's `id` decides between equals. */
  readonly at: string;
}

/** A part of a list in an order of its own. */
export async function selectList<Row extends object>(
  database: Queryable,
  { table, columns = "*", filter, order }: ListSource,
  { limit, offset }: ListWish,
): Promise<List<Row>> {
  const { where, values } = conditions(filter);
  const count = await countOf(database, table, { where, values });
  const { rows } = await database.query<Row>(
    `select ${columns} from ${table} ${where} order by ${order}
     limit $${values.length + 1} offset $${values.length + 2}`,
    [...values, limit, offset],
  );
  return { rows, count };
}

/**
 * A page with the newest first. By offset it may show a row twice, or none, when rows come in between; by cursor it goes on behind
 * the row where the last page ended, whether that row still exists or not.
 */
export async function selectPage<Row extends object>(
  database: Queryable,
  { table, at, columns = "*", filter }: PageSource,
  { limit, offset, cursor }: PageWish,
): Promise<Page<Row>> {
  const all = conditions(filter);
  const count = await countOf(database, table, all);
  const values = [...all.values];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const behind =
    cursor === undefined
      ? ""
      : `${all.where === "" ? "where" : "and"} (${at}, id) < (${parameter(cursor.at)}, ${parameter(cursor.id)})`;
  // One row more than asked for tells whether there is a next page.
  const { rows } = await database.query<Row & { id: string | number; page_position: string }>(
    `select ${columns}, ${at}::text as page_position from ${table} ${all.where} ${behind}
     order by ${at} desc, id desc limit ${parameter(limit + 1)} offset ${parameter(offset)}`,
    values,
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    rows: shown.map(({ page_position: _, ...row }) => row as unknown as Row),
    count,
    next: last === undefined ? undefined : { at: last.page_position, id: String(last.id) },
  };
}

async function countOf(
  database: Queryable,
  table: string,
  { where, values }: Conditions,
): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from ${table} ${where}`,
    [...values],
  );
  return rows[0]?.count ?? 0;
}
