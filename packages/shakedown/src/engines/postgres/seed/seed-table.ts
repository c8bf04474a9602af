import { readFile } from "node:fs/promises";
import { basename, extname, relative } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isShakedownError, ShakedownError } from "../../../errors/shakedown-error.ts";
import { nearest } from "../../../kit/nearest.ts";
import { type PgClient, quoteName } from "../driver.ts";
import { openCopy } from "../migrate/copy-stream.ts";
import { csvHeader } from "./csv-header.ts";

/** Fills the table that a CSV or JSON file is named after, then moves its sequences past the keys it brought. */
export async function seedTable(client: PgClient, file: string, root: string): Promise<void> {
  const shown = relative(root, file);
  const text = (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  const stem = basename(file, extname(file));
  try {
    if (file.endsWith(".csv")) await fillFromCsv(client, await findTable(client, stem), text);
    else {
      for (const [name, rows] of tablesOf(JSON.parse(text) as object | null, stem))
        await fillFromRows(client, await findTable(client, name), rows);
    }
  } catch (error) {
    if (isShakedownError(error)) throw error;
    const { message, where, detail } = error as Error & {
      readonly where?: string;
      readonly detail?: string;
    };
    throw new ShakedownError("MIGRATION_FAILED", `${shown}: ${message}`, {
      details: {
        file,
        ...(where === undefined ? {} : { where }),
        ...(detail === undefined ? {} : { detail }),
      },
      hint: `Correct ${shown}`,
      cause: error,
    });
  }
}

interface Table {
  /** Quoted, with its schema. */
  readonly name: string;
}

/** "users", "sales.orders", and "01_users" where there is no table of that very name. */
async function findTable(client: PgClient, stem: string): Promise<Table> {
  const candidates = [stem, stem.replace(/^\d+[-_.]/, "")].map(qualified);
  for (const name of candidates) {
    const { rows } = await client.query<{ found: boolean }>(
      "select to_regclass($1) is not null as found",
      [name],
    );
    if (rows[0]?.found === true) return { name };
  }
  const { rows } = await client.query<{ name: string }>(
    "select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace",
  );
  const names = rows.map(({ name }) => name);
  const close = nearest(stem, names);
  throw new ShakedownError(
    "MIGRATION_FAILED",
    `the seed ${stem} has no table ${candidates.at(-1)} to go into`,
    {
      hint:
        close === undefined
          ? "Name the file after a table that the migrations make"
          : `Name it after the table: ${close}`,
      details: { tables: names },
    },
  );
}

function qualified(name: string): string {
  const [schema = "public", table = ""] = name.includes(".")
    ? name.split(".", 2)
    : ["public", name];
  return `${quoteName(schema)}.${quoteName(table)}`;
}

async function fillFromCsv(client: PgClient, table: Table, text: string): Promise<void> {
  const columns = csvHeader(text);
  await pipeline(
    Readable.from([text]),
    await openCopy(
      client,
      `copy ${table.name} (${columns.map(quoteName).join(", ")}) from stdin with (format csv, header true)`,
    ),
  );
  await moveSequences(client, table, columns);
}

type Row = Readonly<Record<string, unknown>>;

/** An array of rows, or an object of such arrays by table. */
function tablesOf(
  value: object | null,
  stem: string,
): readonly (readonly [string, readonly Row[]])[] {
  const named = Array.isArray(value) ? [[stem, value] as const] : Object.entries(value ?? {});
  return named.map(([name, rows]) => {
    if (!Array.isArray(rows) || rows.some((row) => typeof row !== "object" || row === null)) {
      throw new TypeError("holds neither a list of rows nor lists of rows by table");
    }
    return [name, rows as Row[]];
  });
}

/** Rows with the same columns go together, so that a column that a row does not name gets its default. */
async function fillFromRows(client: PgClient, table: Table, rows: readonly Row[]): Promise<void> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(Object.keys(row).sort());
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const all = new Set<string>();
  for (const [key, group] of groups) {
    const columns = JSON.parse(key) as string[];
    const list = columns.map(quoteName).join(", ");
    for (const column of columns) all.add(column);
    await client.query(
      `insert into ${table.name} (${list}) overriding system value select ${list} from json_populate_recordset(null::${table.name}, $1::json)`,
      [JSON.stringify(group)],
    );
  }
  await moveSequences(client, table, [...all]);
}

/** Otherwise the application's first insert would meet a key that the seed has taken. */
async function moveSequences(
  client: PgClient,
  table: Table,
  columns: readonly string[],
): Promise<void> {
  for (const column of columns) {
    const { rows } = await client.query<{ sequence: string | null }>(
      "select pg_get_serial_sequence($1, $2) as sequence",
      [table.name, column],
    );
    const sequence = rows[0]?.sequence;
    if (sequence === null || sequence === undefined) continue;
    await client.query(
      `select setval($1::regclass, top) from (select max(${quoteName(column)})::bigint as top from ${table.name}) as rows where top is not null and top > 0`,
      [sequence],
    );
  }
}
