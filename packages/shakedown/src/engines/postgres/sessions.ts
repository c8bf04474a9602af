import { ShakedownError } from "../../errors/shakedown-error.ts";
import { openPgClient, type PgClient, type PgResult, sqlStyle } from "./driver.ts";
import { openNestedConnection } from "./nested-connection.ts";
import { type SqlTag, sqlTag } from "../sql-tag.ts";

/** A connection with a transaction that is always open: `commit()` and `rollback()` end it and begin the next. */
export interface PostgresSession extends AsyncDisposable {
  readonly sql: SqlTag;
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<PgResult<Row>>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Rolls back what was not committed. Done by itself at the end of the test. */
  close(): Promise<void>;
}

/** Its commits are real. */
export async function openLiveSession(url: string): Promise<PostgresSession> {
  const client = await openPgClient(url, { applicationName: "shakedown live session" });
  await client.query("begin");
  const next = async (how: "commit" | "rollback"): Promise<void> => {
    const ended = await client.query(how);
    await client.query("begin");
    if (ended.command !== how.toUpperCase()) {
      throw new ShakedownError(
        "TEST_SETUP",
        "a commit was answered by a rollback, because a statement before it failed",
        {
          hint: "Call rollback() after a statement that failed.",
        },
      );
    }
  };
  return newSession({
    query: async (text, values) => await client.query(text, values),
    commit: async () => await next("commit"),
    rollback: async () => await next("rollback"),
    close: async () => await shut(client),
  });
}

/** Its commits only say so: nothing of it is ever seen by others, and closing undoes it all. */
export async function openIsolatedSession(url: string): Promise<PostgresSession> {
  const client = await openPgClient(url, { applicationName: "shakedown isolated session" });
  const nested = await openNestedConnection(client);
  const owner = {};
  const run = async (text: string, values?: readonly unknown[]): Promise<PgResult> =>
    await nested.run(owner, {
      text,
      send: async (connection) => await connection.query(text, values),
    });
  await run("begin");
  return newSession({
    query: async (text, values) => {
      const result = await run(text, values);
      // Where the text ended the transaction itself, the next one begins, as after commit() and rollback().
      await run("begin");
      return result;
    },
    commit: async () => void (await run("commit and chain")),
    rollback: async () => void (await run("rollback and chain")),
    close: async () => await shut(client),
  });
}

interface SessionVerbs {
  readonly query: (text: string, values?: readonly unknown[]) => Promise<PgResult>;
  readonly commit: () => Promise<void>;
  readonly rollback: () => Promise<void>;
  readonly close: () => Promise<void>;
}

function newSession(verbs: SessionVerbs): PostgresSession {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => await (closed ??= verbs.close());
  return {
    sql: sqlTag(sqlStyle, async (text, values) => (await verbs.query(text, values)).rows),
    query: async <Row>(text: string, values?: readonly unknown[]) =>
      (await verbs.query(text, values)) as PgResult<Row>,
    commit: verbs.commit,
    rollback: verbs.rollback,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function shut(client: PgClient): Promise<void> {
  await client.query("rollback").catch(() => undefined); // a lost connection has rolled back by itself
  await client.end();
}
