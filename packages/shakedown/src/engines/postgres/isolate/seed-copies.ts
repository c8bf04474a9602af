import { type PgClient, quoteName, quoteText } from "../driver.ts";
import { inspectDatabase, qualifiedName } from "./inspect-tables.ts";

/** Copies of the rows that tables hold at a level, for the way of resetting that has no rights for more. */
export interface SeedCopies {
  readonly rows: readonly {
    readonly table: string;
    readonly copy: string;
    readonly columns: readonly string[];
  }[];
  readonly sequences: readonly {
    readonly name: string;
    readonly lastValue: string;
    readonly isCalled: boolean;
  }[];
}

export async function hasSeedCopies(client: PgClient): Promise<boolean> {
  const found = await client.query<{ here: boolean }>(
    "select to_regclass('shakedown_seed.copies') is not null as here",
  );
  return found.rows[0]?.here === true;
}

/** Makes the present state level `level`; copies of that level and of those above it go. */
export async function takeSeedCopies(client: PgClient, level: number): Promise<void> {
  await client.query(`begin; create schema if not exists shakedown_seed;
    create table if not exists shakedown_seed.levels (level int);
    create table if not exists shakedown_seed.copies (level int, copy text, table_name text, columns text[]);
    create table if not exists shakedown_seed.sequences (level int, name text, last_value bigint, is_called boolean)`);
  try {
    await dropSeedCopies(client, level);
    await client.query("insert into shakedown_seed.levels values ($1)", [level]);
    const facts = await inspectDatabase(client);
    const statements = facts.tables
      .filter((table) => table.hasRows)
      .flatMap((table) => {
        const copy = `shakedown_seed.${quoteName(`${level}_${table.relid}`)}`;
        const written = table.columns
          .filter((column) => column.generated === "")
          .map((column) => column.name);
        return [
          `create table ${copy} as select ${written.map(quoteName).join(", ")} from only ${qualifiedName(table)}`,
          `insert into shakedown_seed.copies values (${level}, ${quoteText(copy)}, ${quoteText(qualifiedName(table))}, array[${written.map(quoteText).join(", ")}]::text[])`,
        ];
      });
    const sequences = facts.sequences
      .filter((sequence) => sequence.cache === 1)
      .map(
        (sequence) =>
          `insert into shakedown_seed.sequences values (${level}, ${quoteText(qualifiedName(sequence))}, ${sequence.lastValue}, ${sequence.isCalled})`,
      );
    await client.query([...statements, ...sequences, "commit"].join(";\n"));
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

export async function dropSeedCopies(client: PgClient, fromLevel: number): Promise<void> {
  const old = await client.query<{ copy: string }>(
    "select copy from shakedown_seed.copies where level >= $1",
    [fromLevel],
  );
  if (old.rows.length > 0)
    await client.query(`drop table ${old.rows.map((row) => row.copy).join(", ")}`);
  await client.query("delete from shakedown_seed.copies where level >= $1", [fromLevel]);
  await client.query("delete from shakedown_seed.sequences where level >= $1", [fromLevel]);
  await client.query("delete from shakedown_seed.levels where level >= $1", [fromLevel]);
}

/** Of the highest level up to this one: a baseline that was taken since is what marks made before it have become. */
export async function readSeedCopies(client: PgClient, level: number): Promise<SeedCopies> {
  const rows = await client.query<SeedCopies["rows"][number]>(
    "select table_name as table, copy, columns from shakedown_seed.copies where level = (select max(level) from shakedown_seed.levels where level <= $1)",
    [level],
  );
  const sequences = await client.query<SeedCopies["sequences"][number]>(
    `select name, last_value::text as "lastValue", is_called as "isCalled" from shakedown_seed.sequences where level = (select max(level) from shakedown_seed.levels where level <= $1)`,
    [level],
  );
  return { rows: rows.rows, sequences: sequences.rows };
}
