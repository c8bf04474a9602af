import type { Outputs } from "../../stack/references.ts";
import { type SqlTag, sqlTag } from "../sql-tag.ts";
import { type MysqlResult, type Pool, type PoolConnection, sqlStyle, toResult } from "./driver.ts";

/** A slot's database, as tests see it. */
export interface MysqlHandle {
  /** For the application: `createPool(db.url)`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Runs one statement and gives its rows: `` await db.sql`select * from cameras where id = ${id}` ``. */
  readonly sql: SqlTag;
  /** A pool of `mysql2/promise`, for libraries that want one. */
  readonly pool: Pool;
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<MysqlResult<Row>>;
  /** Commits when `work` returns, rolls back when it throws. */
  transaction<Value>(work: (transaction: MysqlTransaction) => Promise<Value>): Promise<Value>;
  /** The application's tables. */
  tables(): Promise<readonly string[]>;
  /** Makes the present state the one to which resets return. */
  baseline(): Promise<void>;
}

export interface MysqlTransaction {
  readonly sql: SqlTag;
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<MysqlResult<Row>>;
}

export interface HandleParts {
  readonly outputs: Outputs;
  readonly pool: Pool;
  readonly baseline: () => Promise<void>;
}

export function mysqlHandle({ outputs, pool, baseline }: HandleParts): MysqlHandle {
  const { query, sql } = statementsOn(pool);
  return {
    url: String(outputs["url"]),
    host: String(outputs["host"] ?? ""),
    port: Number(outputs["port"] ?? 3306),
    user: String(outputs["user"] ?? ""),
    password: String(outputs["password"] ?? ""),
    database: String(outputs["database"] ?? ""),
    pool,
    query,
    sql,
    transaction: (work) => inTransaction(pool, work),
    tables: async () => {
      const { rows } = await query<{ name: string }>(
        "select table_name as name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE' order by 1",
      );
      return rows.map(({ name }) => name);
    },
    baseline,
  };
}

/** What is interpolated goes as a parameter of a prepared statement; some statements cannot be prepared, and have none. */
function statementsOn(connection: Pool | PoolConnection): MysqlTransaction {
  const query = async <Row>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<MysqlResult<Row>> =>
    toResult(
      values.length === 0
        ? await connection.query(text)
        : await connection.execute(text, values.map(toParameter) as never),
    );
  return {
    query,
    sql: sqlTag(sqlStyle, async (text, values) => (await query<unknown>(text, values)).rows),
  };
}

/** As other drivers do: undefined is NULL, and an object is JSON. */
function toParameter(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === "boolean") return value ? 1 : 0;
  const isPlain =
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Date) &&
    !Buffer.isBuffer(value);
  return isPlain ? JSON.stringify(value) : value;
}

async function inTransaction<Value>(
  pool: Pool,
  work: (transaction: MysqlTransaction) => Promise<Value>,
): Promise<Value> {
  const connection = await pool.getConnection();
  let isBroken = false;
  try {
    await connection.beginTransaction();
    const value = await work(statementsOn(connection));
    await connection.commit();
    return value;
  } catch (error) {
    await connection.rollback().catch(() => {
      isBroken = true; // such a connection is thrown away
    });
    throw error;
  } finally {
    if (isBroken) connection.destroy();
    else connection.release();
  }
}
