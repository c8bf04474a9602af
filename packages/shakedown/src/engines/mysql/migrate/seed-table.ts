import { readFile } from "node:fs/promises";
import { basename, extname, relative } from "node:path";
import { isShakedownError, ShakedownError } from "../../../errors/shakedown-error.ts";
import { nearest } from "../../../kit/nearest.ts";
import { type MysqlClient, quoteName } from "../driver.ts";

/** Fills the table that a JSON file is named after, or the tables that it names. */
export async function seedTable(client: MysqlClient, file: string, root: string): Promise<void> {
  const shown = relative(root, file);
  const stem = basename(file, extname(file));
  try {
    if (extname(file) !== ".json") throw new TypeError("is neither SQL nor JSON");
    const value = JSON.parse(await readFile(file, "utf8")) as object | null;
    for (const [name, rows] of tablesOf(value, stem))
      await fill(client, await findTable(client, name), rows);
  } catch (error) {
    if (isShakedownError(error)) throw error;
    throw new ShakedownError("MIGRATION_FAILED", `${shown}: ${(error as Error).message}`, {
      details: { file },
      hint: `Correct ${shown}`,
      cause: error,
    });
  }
}

type Row = Readonly<Record<string, unknown>>;

/** An array of rows, or an object of such arrays by table. */
function tablesOf(
  value: object | null,
  stem: string,
): readonly (readonly [string, readonly Row[]])[] {
  const named = Array.isArray(value) ? [[stem, value] as const] : Object.entries(value ?? {});
  return named.map(([name, rows]) => {
    if (!Array.isArray(rows) || rows.some((row) => typeof row !== "object" || row === null))
      throw new TypeError("holds neither a list of rows nor lists of rows by table");
    return [name, rows as Row[]];
  });
}

/** "users", and "01_users" where there is no table of that very name. */
async function findTable(client: MysqlClient, stem: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'",
  );
  const names = rows.map(({ name }) => name);
  const found = [stem, stem.replace(/^\d+[-_.]/, "")].find((name) => names.includes(name));
  if (found !== undefined) return found;
  const close = nearest(stem, names);
  throw new ShakedownError("MIGRATION_FAILED", `the seed ${stem} has no table ${stem} to go into`, {
    hint:
      close === undefined
        ? "Name the file after a table that the migrations make"
        : `Name it after the table: ${close}`,
    details: { tables: names },
  });
}

async function fill(client: MysqlClient, table: string, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row);
    const values = Object.values(row).map((value) =>
      typeof value === "object" && value !== null ? JSON.stringify(value) : value,
    );
    await client.query(
      `insert into ${quoteName(table)} (${columns.map(quoteName).join(", ")}) values (${columns.map(() => "?").join(", ")})`,
      values,
    );
  }
}
