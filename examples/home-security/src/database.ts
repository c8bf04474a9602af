import { Pool, type ClientBase, type PoolClient } from "pg";
import type { Config } from "./config.ts";

/** A pool, or one connection in the middle of a transaction: repositories work on either. */
export type Queryable = Pick<ClientBase, "query">;

type DatabaseConfig = Pick<Config, "databaseUrl" | "databasePoolSize" | "databaseTimeoutMs">;

export function openDatabase(config: DatabaseConfig): Pool {
  const pool = new Pool({
    connectionString: config.databaseUrl,
    application_name: "home-security",
    max: config.databasePoolSize,
    connectionTimeoutMillis: config.databaseTimeoutMs,
    query_timeout: config.databaseTimeoutMs,
  });
  // An idle connection that the server ends must not end the process: the next query opens another one.
  pool.on("error", (error) => console.error(`database connection lost: ${error.message}`));
  // Nor must one in the middle of a transaction, whose statements are told already.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    client.release();
    return result;
  } catch (error) {
    // A connection on which not even ROLLBACK works is of no more use to anybody.
    const useless =
      isDatabaseAway(error) ||
      (await client.query("rollback").then(
        () => false,
        () => true,
      ));
    client.release(useless);
    throw error;
  }
}

/** Whether a statement failed because there is no database to run it, or no connection to it. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return awayCodes.test(code) || awayMessages.test(error.message);
}

// Classes 08 (connection) and 57P (shut down, starting), too many connections; then what sockets say.
const awayCodes =
  /^(08...|57P0[1-3]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
// `pg` has no codes for these.
const awayMessages =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Puts the fields that are given into `set a = $1, b = $2`. Names come from code, values from outside. */
export function assignments(fields: Readonly<Record<string, unknown>>): {
  readonly set: string;
  readonly values: readonly unknown[];
} {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    set: given.map(([name], index) => `${name} = $${index + 1}`).join(", "),
    values: given.map(([, value]) => value),
  };
}
