import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { PgClient, PgResult } from "./driver.ts";

/**
 * One connection inside a transaction that is always rolled back. Whoever uses it may begin, commit and roll back: that
 * becomes savepoints, so that even what was committed goes away in the end.
 */
export interface NestedConnection {
  /** `owner` is who a transaction belongs to: others wait until it is over. */
  run<Row = Record<string, unknown>>(owner: object, statement: Statement): Promise<PgResult<Row>>;
  /** Ends what `owner` left open, as a pool does with a connection that it takes back dirty. */
  leave(owner: object): Promise<void>;
  savepoint(name: string): Promise<void>;
  rollbackTo(name: string): Promise<void>;
  /** Rolls everything back and starts anew. */
  restart(): Promise<void>;
}

export interface Statement {
  readonly text: string;
  /** Sends it as it is; the driver's own forms of a query pass through. */
  send(client: PgClient): Promise<PgResult>;
}

export async function openNestedConnection(client: PgClient): Promise<NestedConnection> {
  await client.query("begin");
  let holder: object | undefined;
  let failed = false;
  let last: Promise<unknown> = Promise.resolve();
  const waiting: (() => void)[] = [];

  /** One statement at a time: a savepoint and what it guards must stay together. */
  const inTurn = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined); // told to whoever asked for this turn
    return await turn;
  };
  const release = (): void => {
    holder = undefined;
    failed = false;
    for (const wake of waiting.splice(0)) wake();
  };
  const freeFor = async (owner: object): Promise<void> => {
    while (holder !== undefined && holder !== owner) await untilReleased(waiting);
  };
  const guarded = async (statement: Statement): Promise<PgResult> => {
    await client.query("savepoint shakedown_statement");
    try {
      const result = await statement.send(client);
      await client.query("release savepoint shakedown_statement");
      return result;
    } catch (error) {
      await client.query("rollback to savepoint shakedown_statement");
      throw error;
    }
  };
  const end = async (
    owner: object,
    how: "commit" | "rollback",
    chain: boolean,
  ): Promise<PgResult> => {
    if (holder !== owner) return { rows: [], rowCount: null, command: how.toUpperCase() };
    // As the server does: committing a failed transaction rolls it back.
    const keep = how === "commit" && !failed;
    if (!keep) await client.query("rollback to savepoint shakedown_transaction");
    await client.query("release savepoint shakedown_transaction");
    release();
    if (chain) {
      holder = owner;
      await client.query("savepoint shakedown_transaction");
    }
    return { rows: [], rowCount: null, command: keep ? "COMMIT" : "ROLLBACK" };
  };

  const nested: NestedConnection = {
    async run<Row>(owner: object, statement: Statement) {
      for (;;) {
        await freeFor(owner);
        const parts = holdsControlAmongOthers(statement.text);
        if (parts !== undefined) {
          // One message would end the outer transaction: what stands in it is run one by one.
          const results: PgResult[] = [];
          for (const text of parts) {
            results.push(
              await nested.run(owner, {
                text,
                send: async (connection) => await connection.query(text),
              }),
            );
          }
          return results as unknown as PgResult<Row>;
        }
        const answer = await inTurn(async () => {
          if (holder !== undefined && holder !== owner) return undefined; // someone was faster; wait again
          const control = transactionControl(statement.text);
          if (control === "begin") {
            if (holder === undefined) {
              await client.query("savepoint shakedown_transaction");
              holder = owner;
            }
            return { rows: [], rowCount: null, command: "BEGIN" };
          }
          if (control !== undefined) return await end(owner, control.how, control.chain);
          if (holder === undefined) return await guarded(statement);
          try {
            const result = await statement.send(client);
            if (/^\s*rollback\s/i.test(statement.text)) failed = false;
            return result;
          } catch (error) {
            failed = true;
            throw error;
          }
        });
        if (answer !== undefined) return answer as PgResult<Row>;
      }
    },
    async leave(owner) {
      await inTurn(async () =>
        holder === owner ? await end(owner, "rollback", false) : undefined,
      );
    },
    async savepoint(name) {
      await inTurn(async () => await client.query(`savepoint ${name}`));
    },
    async rollbackTo(name) {
      await inTurn(async () => {
        await client.query(`rollback to savepoint ${name}`);
        release();
      });
    },
    async restart() {
      await inTurn(async () => {
        await client.query("rollback");
        await client.query("begin");
        release();
      });
    },
  };
  return nested;
}

const waitMs = 5000;

type Control = "begin" | { readonly how: "commit" | "rollback"; readonly chain: boolean };

function transactionControl(text: string): Control | undefined {
  const bare = text.replace(/^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/, "").replace(/[\s;]+$/, "");
  if (/^(begin|start\s+transaction)\b[^;]*$/i.test(bare)) return "begin";
  const ended =
    /^(commit|end|rollback|abort)(\s+(work|transaction))?(\s+and\s+(no\s+)?chain)?$/i.exec(bare);
  if (ended === null) return undefined;
  return {
    how: /^(commit|end)$/i.test(ended[1] ?? "") ? "commit" : "rollback",
    chain: ended[4] !== undefined && ended[5] === undefined,
  };
}

/** The statements of a text, when there are several and one of them begins or ends a transaction. */
function holdsControlAmongOthers(text: string): readonly string[] | undefined {
  if (!/;\s*\S/.test(text) || !/\b(begin|start|commit|end|rollback|abort)\b/i.test(text))
    return undefined;
  // Strings, quoted names, dollar quotes and comments may hold semicolons that end nothing.
  const token =
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|;/g;
  const parts: string[] = [];
  let from = 0;
  for (const found of text.matchAll(token)) {
    if (found[0] !== ";") continue;
    parts.push(text.slice(from, found.index));
    from = found.index + 1;
  }
  parts.push(text.slice(from));
  const statements = parts.filter((part) => part.trim() !== "");
  return statements.length > 1 && statements.some((part) => transactionControl(part) !== undefined)
    ? statements
    : undefined;
}

async function untilReleased(waiting: (() => void)[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const wake = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(wake), 1);
      reject(
        new ShakedownError(
          "RESET_UNSUPPORTED",
          `a query waited ${waitMs} ms for a transaction of another client, against one connection for all of them`,
          {
            hint: "End the transaction before others query, or use reset: 'undo', which has a connection for each client.",
          },
        ),
      );
    }, waitMs);
    waiting.push(wake);
  });
}
