import type mysql from "mysql2/promise";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { SqlStyle } from "../sql-tag.ts";

export type { Pool, PoolConnection } from "mysql2/promise";

/** What a statement gave: rows, or what it changed. */
export interface MysqlResult<Row = Record<string, unknown>> {
  readonly rows: Row[];
  readonly affectedRows: number;
  /** Of the first row that was inserted, where the table counts by itself. */
  readonly insertId: number;
}

/** One connection of our own. */
export interface MysqlClient {
  /** One statement. */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<MysqlResult<Row>>;
  /** Several statements in one round trip; the results in their order. */
  batch(statements: readonly string[]): Promise<readonly MysqlResult[]>;
  onLost(tell: (error: Error) => void): void;
  end(): Promise<void>;
}

export interface OpenMysqlOptions {
  /** @default 10000 */
  readonly connectTimeoutMs?: number;
  /** Session variables. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Opens one connection. An error of the idle connection is kept for its next query instead of ending the process. */
export async function openMysql(
  url: string,
  { connectTimeoutMs = 10_000, settings = {} }: OpenMysqlOptions = {},
): Promise<MysqlClient> {
  const { createConnection } = await loadMysql();
  const connection = await createConnection({
    ...connectionOptions(url),
    connectTimeout: connectTimeoutMs,
    multipleStatements: true,
  });
  // Without a listener a lost connection is an uncaught exception; the next query tells of it anyway.
  connection.on("error", () => undefined);
  const variables = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === "number" ? value : quoteText(value)}`,
  );
  if (variables.length > 0) await connection.query(`set ${variables.join(", ")}`);
  return {
    query: async (text, values) => toResult(await connection.query(text, values?.slice())),
    async batch(statements) {
      if (statements.length === 0) return [];
      const [first, ...more] = statements;
      if (more.length === 0) return [toResult(await connection.query(first ?? ""))];
      const [results] = await connection.query(statements.join(";\n"));
      return (results as readonly unknown[]).map((result) => toResult([result]));
    },
    onLost(tell) {
      connection.on("error", tell);
    },
    end: async () => {
      // A server that is gone already does not answer the goodbye.
      await connection.end().catch(() => connection.destroy());
    },
  };
}

/** A pool for tests. Values of `sql` tags go as parameters of prepared statements. */
export async function openMysqlPool(
  url: string,
  { max }: { readonly max: number },
): Promise<mysql.Pool> {
  const { createPool } = await loadMysql();
  return createPool({ ...connectionOptions(url), connectionLimit: max, maxIdle: max });
}

/** What mysql2 answers, in the shape of a handle. */
export function toResult<Row>(answer: readonly unknown[]): MysqlResult<Row> {
  const [result] = answer;
  if (Array.isArray(result)) return { rows: result as Row[], affectedRows: 0, insertId: 0 };
  const { affectedRows = 0, insertId = 0 } = result as Partial<MysqlResult>;
  return { rows: [], affectedRows, insertId };
}

/** An identifier as SQL wants it written. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A string as SQL wants it written; sessions of ours do not change what a backslash means. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** For `sql` tags. */
export const sqlStyle: SqlStyle = { quoteName, placeholder: () => "?" };

/** Loading takes a while: whoever knows that a connection will be needed starts it before. */
export async function loadMysql(): Promise<Pick<typeof mysql, "createConnection" | "createPool">> {
  try {
    const loaded = await import("mysql2/promise");
    return loaded.default;
  } catch (cause) {
    throw new ShakedownError(
      "DRIVER_MISSING",
      "the mysql engine needs the npm package mysql2, which cannot be loaded",
      { hint: "Install it: npm install --save-dev mysql2", cause },
    );
  }
}

function connectionOptions(url: string): mysql.ConnectionOptions {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const ssl = searchParams.get("ssl") ?? searchParams.get("sslmode");
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(pathname.length > 1 ? { database: decodeURIComponent(pathname.slice(1)) } : {}),
    ...(ssl === null || ssl === "false" || ssl === "disable" ? {} : { ssl: {} }),
    charset: "utf8mb4",
    timezone: "Z",
    supportBigNumbers: true,
  };
}
