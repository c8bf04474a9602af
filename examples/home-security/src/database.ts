import { DatabaseError, Pool, type ClientBase, type PoolClient } from "pg";
import type { Config } from "./config.ts";

/** A pool, or one connection in the middle of a transaction: repositories work on either. */
export type Queryable = Pick<ClientBase, "query">;

export function openDatabase(config: Pick<Config, "databaseUrl" | "databasePoolSize">): Pool {
  const pool = new Pool({ connectionString: config.databaseUrl, max: config.databasePoolSize });
  // An idle connection that the server ends must not end the process: the next query opens another one.
  pool.on("error", (error) => console.error(`database connection lost: ${error.message}`));
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
    const useless = await client.query("rollback").then(
      () => false,
      () => true,
    );
    client.release(useless);
    throw error;
  }
}

/** The name of the unique constraint that refused a statement, where that is why it failed. */
export function violatedUniqueness(error: unknown): string | undefined {
  return error instanceof DatabaseError && error.code === "23505" ? error.constraint : undefined;
}

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
