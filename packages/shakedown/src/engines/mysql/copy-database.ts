import { columnList, inDatabase, readTables } from "./catalogue.ts";
import { type MysqlClient, openMysql, quoteName, quoteText } from "./driver.ts";

export interface CopyOptions {
  /** Connects to the database that is copied: names in views are written without it then. */
  readonly templateUrl: string;
  readonly template: string;
  readonly database: string;
}

/**
 * Makes a database like another one: tables with their rows and counters, views, routines, triggers and events. Servers of
 * this kind know no copy of a whole database; all statements go in a few round trips.
 */
export async function copyDatabase({
  templateUrl,
  template,
  database,
}: CopyOptions): Promise<void> {
  const client = await openMysql(templateUrl, {
    settings: { foreign_key_checks: 0, unique_checks: 0, sql_mode: "NO_AUTO_VALUE_ON_ZERO" },
  });
  try {
    await client.query(
      `create database ${quoteName(database)} ${await characterSet(client, template)}`,
    );
    const tables = await readTables(client, template);
    const shown = await client.batch(
      tables.map(({ name }) => `show create table ${inDatabase(template, name)}`),
    );
    const made = shown.map(({ rows }) => String(rows[0]?.["Create Table"]));
    await client.batch([`use ${quoteName(database)}`, ...made]);
    await client.batch(
      tables.map((table) => {
        const columns = columnList(table);
        return `insert into ${quoteName(table.name)} (${columns}) select ${columns} from ${inDatabase(template, table.name)}`;
      }),
    );
    await client.query(`use ${quoteName(template)}`);
    const programs = await readPrograms(client, template);
    await client.query(`use ${quoteName(database)}`);
    for (const { mode, text } of programs.bodies)
      await client.batch([`set sql_mode = ${quoteText(mode)}`, text]);
    await makeViews(client, programs.views);
    for (const { mode, text } of programs.triggers)
      await client.batch([`set sql_mode = ${quoteText(mode)}`, text]);
  } finally {
    await client.end();
  }
}

const lockWaitTimeout = 1205;

/** Who still holds its tables loses the connection: behind this one call wait all slots that come after. */
export async function dropDatabase(client: MysqlClient, database: string): Promise<void> {
  const drop = (): Promise<unknown> =>
    client.batch(["set lock_wait_timeout = 2", `drop database if exists ${quoteName(database)}`]);
  try {
    await drop();
  } catch (error) {
    if ((error as { readonly errno?: number }).errno !== lockWaitTimeout) throw error;
    const { rows } = await client.query<{ id: number }>(
      "select id from information_schema.processlist where db = ? and id <> connection_id()",
      [database],
    );
    for (const { id } of rows) await client.query(`kill ${id}`).catch(() => {}); // gone meanwhile
    await drop();
  }
}

async function characterSet(client: MysqlClient, database: string): Promise<string> {
  const { rows } = await client.query<{ charset: string; collation: string }>(
    "select default_character_set_name as charset, default_collation_name as collation from information_schema.schemata where schema_name = ?",
    [database],
  );
  const [found] = rows;
  return found === undefined ? "" : `character set ${found.charset} collate ${found.collation}`;
}

interface Body {
  readonly mode: string;
  readonly text: string;
}

interface Programs {
  /** Procedures, functions and events. */
  readonly bodies: readonly Body[];
  readonly views: readonly string[];
  readonly triggers: readonly Body[];
}

async function readPrograms(client: MysqlClient, template: string): Promise<Programs> {
  const of = quoteText(template);
  const { rows } = await client.query<{ kind: string; name: string }>(
    `select routine_type as kind, routine_name as name from information_schema.routines where routine_schema = ${of} and routine_type in ('PROCEDURE', 'FUNCTION')
     union all select 'EVENT', event_name from information_schema.events where event_schema = ${of}
     union all select 'VIEW', table_name from information_schema.views where table_schema = ${of}
     union all select 'TRIGGER', trigger_name from information_schema.triggers where trigger_schema = ${of}`,
  );
  const shown = await client.batch(
    rows.map(({ kind, name }) => `show create ${kind.toLowerCase()} ${quoteName(name)}`),
  );
  const found = rows.map(({ kind }, index) => {
    const row = shown[index]?.rows[0] ?? {};
    const text =
      row[`Create ${kind[0]}${kind.slice(1).toLowerCase()}`] ?? row["SQL Original Statement"];
    return { kind, mode: String(row["sql_mode"] ?? ""), text: String(text) };
  });
  return {
    bodies: found.filter(({ kind }) => ["PROCEDURE", "FUNCTION", "EVENT"].includes(kind)),
    views: found.filter(({ kind }) => kind === "VIEW").map(({ text }) => text),
    triggers: found.filter(({ kind }) => kind === "TRIGGER"),
  };
}

/** A view may be of another one: those that cannot be made yet wait for the others. */
async function makeViews(client: MysqlClient, views: readonly string[]): Promise<void> {
  let waiting = views;
  while (waiting.length > 0) {
    const refused: { readonly text: string; readonly error: unknown }[] = [];
    for (const text of waiting)
      await client.query(text).catch((error: unknown) => refused.push({ text, error }));
    if (refused.length === waiting.length) throw refused[0]?.error;
    waiting = refused.map(({ text }) => text);
  }
}
