import type pg from "pg";
import type { Outputs } from "../../stack/references.ts";
import {
  deletionOrder,
  type ForeignKey,
  readForeignKeys,
  readTables,
  type TableName,
  tableText,
} from "./catalogue.ts";
import { type PgResult, sqlStyle } from "./driver.ts";
import { openIsolatedSession, openLiveSession, type PostgresSession } from "./sessions.ts";
import { type SqlTag, sqlTag } from "../sql-tag.ts";

/** A slot's database, as tests see it. */
export interface PostgresHandle {
  /** For the application: `new Pool({ connectionString: db.url })`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Runs one statement and gives its rows: `` await db.sql`select * from cameras where id = ${id}` ``. */
  readonly sql: SqlTag;
  /** A pool of `pg`, for libraries that want one. With `reset: 'rollback'` all of it is one connection. */
  readonly pool: pg.Pool;
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<PgResult<Row>>;
  /** Commits when `work` returns, rolls back when it throws. */
  transaction<Value>(work: (transaction: PostgresTransaction) => Promise<Value>): Promise<Value>;
  /** A connection of its own whose commits are real; closed by the next reset, which undoes them. */
  session(): Promise<PostgresSession>;
  /** A connection of its own of which nothing stays and nobody else sees anything, whatever it commits. */
  isolatedSession(): Promise<PostgresSession>;
  /** The application's tables; a partitioned one is one table. */
  tables(): Promise<readonly string[]>;
  foreignKeys(): Promise<readonly ForeignKey[]>;
  /** The tables in an order in which DELETE breaks no foreign key. */
  deletionOrder(): Promise<readonly string[]>;
  /** Makes the present state the one to which resets return. */
  baseline(): Promise<void>;
}

export interface PostgresTransaction {
  readonly sql: SqlTag;
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<PgResult<Row>>;
}

export interface HandleParts {
  readonly outputs: Outputs;
  readonly pool: pg.Pool;
  readonly baseline: () => Promise<void>;
  readonly own: (session: PostgresSession) => PostgresSession;
}

export function postgresHandle({ outputs, pool, baseline, own }: HandleParts): PostgresHandle {
  const url = String(outputs["url"]);
  const query = async <Row>(text: string, values?: readonly unknown[]): Promise<PgResult<Row>> => {
    const result: PgResult = await pool.query(text, values === undefined ? undefined : [...values]);
    return result as PgResult<Row>;
  };
  const tables = async (): Promise<readonly TableName[]> => await readTables({ query });
  const foreignKeys = async (): Promise<readonly ForeignKey[]> => await readForeignKeys({ query });
  return {
    url,
    host: String(outputs["host"] ?? ""),
    port: Number(outputs["port"] ?? 5432),
    user: String(outputs["user"] ?? ""),
    password: String(outputs["password"] ?? ""),
    database: String(outputs["database"] ?? ""),
    pool,
    query,
    sql: sqlTag(sqlStyle, async (text, values) => (await query<unknown>(text, values)).rows),
    transaction: async (work) => await inTransaction(pool, work),
    session: async () => own(await openLiveSession(url)),
    isolatedSession: async () => own(await openIsolatedSession(url)),
    tables: async () => (await tables()).map(tableText),
    foreignKeys,
    deletionOrder: async () =>
      deletionOrder(await tables(), await foreignKeys()).tables.map(tableText),
    baseline,
  };
}

async function inTransaction<Value>(
  pool: pg.Pool,
  work: (transaction: PostgresTransaction) => Promise<Value>,
): Promise<Value> {
  const client = await pool.connect();
  const query = async <Row>(text: string, values?: readonly unknown[]): Promise<PgResult<Row>> => {
    const result: PgResult = await client.query(
      text,
      values === undefined ? undefined : [...values],
    );
    return result as PgResult<Row>;
  };
  let broken = false;
  try {
    await client.query("begin");
    const value = await work({
      query,
      sql: sqlTag(sqlStyle, async (text, values) => (await query<unknown>(text, values)).rows),
    });
    await client.query("commit");
    return value;
  } catch (error) {
    await client.query("rollback").catch(() => {
      broken = true; // the pool throws such a connection away
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
