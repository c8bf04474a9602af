import { createHash } from "node:crypto";
import { columnList, inDatabase, readTables, schemaQuery, type Table } from "../catalogue.ts";
import { type MysqlClient, quoteName, quoteText } from "../driver.ts";

/** What a level looks like: enough to tell what differs from it, and to put it back. */
export interface Level {
  /** Of tables, indexes, views, triggers and routines. */
  readonly schema: string;
  readonly tables: readonly LevelTable[];
}

export interface LevelTable extends Table {
  readonly autoIncrement: number | null;
  /** Absent where the table is empty. */
  readonly rows?: { readonly checksum: string; readonly copy: string };
}

/** Sessions that reset: nothing is checked, nothing counts by itself, and nobody waits long for a lock. */
export const resetSettings = {
  foreign_key_checks: 0,
  unique_checks: 0,
  sql_mode: "NO_AUTO_VALUE_ON_ZERO",
  group_concat_max_len: 1_048_576,
  innodb_lock_wait_timeout: 1,
  lock_wait_timeout: 2,
  time_zone: "+00:00",
} as const;

/** Rows of a level are kept in a database beside the slot's own. */
export function copiesOf(database: string): string {
  return `${database.slice(0, 50)}_${createHash("sha256").update(database).digest("hex").slice(0, 8)}_rows`;
}

const levelsTable = "levels";

/** Makes the present state a level: its rows are copied, what it looks like is written down. */
export async function takeLevel(
  client: MysqlClient,
  database: string,
  level: number,
): Promise<Level> {
  const copies = copiesOf(database);
  await client.batch([
    `create database if not exists ${quoteName(copies)}`,
    `create table if not exists ${inDatabase(copies, levelsTable)} (level int primary key, facts longtext not null)`,
  ]);
  await dropLevels(client, database, level);
  const tables = await readTables(client, database);
  const state = await readState(client, database, tables);
  const found = tables.map((table, index): LevelTable => {
    const { autoIncrement = null, isFilled = false } = state.tables.get(table.name) ?? {};
    const copy = `level_${level}_${index}`;
    return {
      ...table,
      autoIncrement,
      ...(isFilled ? { rows: { checksum: "", copy } } : {}),
    };
  });
  const filled = found.filter(({ rows }) => rows !== undefined);
  await client.batch(
    filled.flatMap((table) => {
      const copy = inDatabase(copies, table.rows?.copy ?? "");
      const columns = columnList(table);
      return [
        `create table ${copy} like ${inDatabase(database, table.name)}`,
        `insert into ${copy} (${columns}) select ${columns} from ${inDatabase(database, table.name)}`,
      ];
    }),
  );
  const checksums = await readChecksums(client, database, filled);
  const facts: Level = {
    schema: state.schema,
    tables: found.map((table) =>
      table.rows === undefined
        ? table
        : { ...table, rows: { ...table.rows, checksum: checksums.get(table.name) ?? "" } },
    ),
  };
  await client.query(
    `insert into ${inDatabase(copies, levelsTable)} (level, facts) values (?, ?)`,
    [level, JSON.stringify(facts)],
  );
  return facts;
}

/** The level that was taken; absent levels are the one below them. */
export async function readLevel(
  client: MysqlClient,
  database: string,
  level: number,
): Promise<Level> {
  const { rows } = await client.query<{ facts: string }>(
    `select facts from ${inDatabase(copiesOf(database), levelsTable)} where level <= ? order by level desc limit 1`,
    [level],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`${database} has no baseline`);
  return JSON.parse(found.facts) as Level;
}

/** Forgets this level and those above it. */
export async function dropLevels(
  client: MysqlClient,
  database: string,
  from: number,
): Promise<void> {
  const copies = copiesOf(database);
  const { rows } = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = ? and table_name like 'level\\_%'",
    [copies],
  );
  const dropped = rows.filter(({ name }) => Number(name.split("_")[1]) >= from);
  await client.batch([
    ...dropped.map(({ name }) => `drop table ${inDatabase(copies, name)}`),
    `delete from ${inDatabase(copies, levelsTable)} where level >= ${from}`,
  ]);
}

export interface State {
  readonly schema: string;
  readonly tables: ReadonlyMap<
    string,
    { readonly autoIncrement: number | null; readonly isFilled: boolean }
  >;
}

/** Two looks in one round trip. */
async function readState(
  client: MysqlClient,
  database: string,
  tables: readonly Table[],
): Promise<State> {
  const [shape, counters, filled] = await client.batch([
    schemaQuery(database),
    countersQuery(database),
    filledQuery(database, tables),
  ]);
  const isFilled = new Set(filled?.rows.map(({ name }) => String(name)));
  return {
    schema: schemaText(shape?.rows ?? []),
    tables: new Map(
      counters?.rows.map(({ name, counter }) => [
        String(name),
        {
          autoIncrement: counter === null ? null : Number(counter),
          isFilled: isFilled.has(String(name)),
        },
      ]),
    ),
  };
}

export function countersQuery(database: string): string {
  return `select table_name as name, auto_increment as counter from information_schema.tables where table_schema = ${quoteText(database)} and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')`;
}

/** Names the tables that have a row. */
export function filledQuery(database: string, tables: readonly Pick<Table, "name">[]): string {
  if (tables.length === 0) return "select null as name from dual where false";
  return tables
    .map(
      ({ name }) =>
        `(select ${quoteText(name)} as name from ${inDatabase(database, name)} limit 1)`,
    )
    .join(" union all ");
}

/**
 * What the rows of each table say: a sum of hashes. `CHECKSUM TABLE` runs the texts of a row together, and takes ('ab', '')
 * for ('', 'ab'); it stands beside this because it sees each byte of numbers and hidden columns.
 */
export function contentQuery(database: string, tables: readonly Table[]): string {
  if (tables.length === 0) return "select null as name, null as content from dual where false";
  return tables
    .map((table) => {
      const values = table.columns.map(
        (column) => `ifnull(hex(concat(${quoteName(column)})), '-')`,
      );
      const hash = `md5(concat_ws(',', ${["''", ...values].join(", ")}))`;
      return `(select ${quoteText(table.name)} as name, sum(cast(conv(left(${hash}, 16), 16, 10) as unsigned)) as content from ${inDatabase(database, table.name)})`;
    })
    .join(" union all ");
}

export function checksumQuery(database: string, tables: readonly Pick<Table, "name">[]): string {
  if (tables.length === 0) return "select null as `Table` from dual where false";
  return `checksum table ${tables.map(({ name }) => inDatabase(database, name)).join(", ")}`;
}

async function readChecksums(
  client: MysqlClient,
  database: string,
  tables: readonly Table[],
): Promise<ReadonlyMap<string, string>> {
  const [summed, content] = await client.batch([
    checksumQuery(database, tables),
    contentQuery(database, tables),
  ]);
  return toChecksums(summed?.rows ?? [], content?.rows ?? []);
}

type Rows = readonly Readonly<Record<string, unknown>>[];

export function toChecksums(summed: Rows, contents: Rows): ReadonlyMap<string, string> {
  const contentOf = new Map(contents.map(({ name, content }) => [String(name), String(content)]));
  return new Map(
    summed.map(({ Table: table, Checksum: checksum }) => {
      const name = String(table).slice(String(table).indexOf(".") + 1);
      return [name, `${String(checksum)} ${contentOf.get(name) ?? ""}`];
    }),
  );
}

export function schemaText(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return rows.map(({ shape }) => String(shape ?? "")).join(" ");
}
