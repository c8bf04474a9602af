import { type MysqlClient, quoteName, quoteText } from "./driver.ts";

export interface Table {
  readonly name: string;
  /** Those that can be written: generated ones make themselves. */
  readonly columns: readonly string[];
}

export async function readTables(
  client: Pick<MysqlClient, "query">,
  database: string,
): Promise<readonly Table[]> {
  const { rows } = await client.query<{ name: string; column: string; extra: string }>(
    `select t.table_name as name, c.column_name as \`column\`, c.extra as extra
       from information_schema.tables t
       join information_schema.columns c on c.table_schema = t.table_schema and c.table_name = t.table_name
      where t.table_schema = ? and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
      order by t.table_name, c.ordinal_position`,
    [database],
  );
  const tables = new Map<string, string[]>();
  for (const { name, column, extra } of rows) {
    const columns = tables.get(name) ?? [];
    tables.set(name, columns);
    if (!/generated|invisible/i.test(extra) || /default_generated/i.test(extra))
      columns.push(column);
  }
  return [...tables].map(([name, columns]) => ({ name, columns }));
}

export function columnList({ columns }: Table): string {
  return columns.map(quoteName).join(", ");
}

export function inDatabase(database: string, name: string): string {
  return `${quoteName(database)}.${quoteName(name)}`;
}

/**
 * What the schema looks like, as few rows: the shape of tables, indexes, views, triggers and routines. A difference
 * means that somebody changed it.
 */
export function schemaQuery(database: string): string {
  const of = quoteText(database);
  return [
    `select md5(group_concat(concat_ws('|', table_name, column_name, ordinal_position, column_type, is_nullable, ifnull(column_default, '-'), extra) order by table_name, ordinal_position)) as shape from information_schema.columns where table_schema = ${of}`,
    `select md5(group_concat(concat_ws('|', table_name, index_name, seq_in_index, column_name, non_unique) order by table_name, index_name, seq_in_index)) from information_schema.statistics where table_schema = ${of}`,
    `select md5(group_concat(concat_ws('|', trigger_name, event_object_table, action_timing, event_manipulation, action_statement) order by trigger_name)) from information_schema.triggers where trigger_schema = ${of}`,
    `select md5(group_concat(concat_ws('|', table_name, view_definition) order by table_name)) from information_schema.views where table_schema = ${of}`,
    `select md5(group_concat(concat_ws('|', routine_type, routine_name, routine_definition) order by routine_type, routine_name)) from information_schema.routines where routine_schema = ${of}`,
  ].join(" union all ");
}
