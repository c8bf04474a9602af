import { EventEmitter } from "node:events";
import type pg from "pg";
import type { PgClient, PgResult } from "./driver.ts";
import type { NestedConnection } from "./nested-connection.ts";

/** Looks like a pool of `pg`; behind it is one connection in a transaction that is rolled back after the test. */
export function rollbackPool(nested: NestedConnection): pg.Pool {
  const pool = new EventEmitter();
  const connect = async (callback?: ConnectCallback): Promise<unknown> => {
    const client = pooledClient(nested, (leaving) => pool.emit("release", undefined, leaving));
    pool.emit("connect", client);
    pool.emit("acquire", client);
    if (callback === undefined) return client;
    callback(undefined, client, client.release);
    return undefined;
  };
  return Object.assign(pool, {
    query: queryWith(nested, () => ({})),
    connect,
    end: async (callback?: () => void) => callback?.(),
    totalCount: 1,
    idleCount: 1,
    waitingCount: 0,
    ending: false,
    ended: false,
    options: { max: 1 },
  }) as unknown as pg.Pool;
}

type ConnectCallback = (error: Error | undefined, client: unknown, release: () => void) => void;

interface PooledClient extends EventEmitter {
  readonly query: (...values: unknown[]) => unknown;
  readonly release: () => void;
}

function pooledClient(
  nested: NestedConnection,
  onRelease: (client: PooledClient) => void,
): PooledClient {
  const owner = {};
  const client: PooledClient = Object.assign(new EventEmitter(), {
    query: queryWith(nested, () => owner),
    release: () => {
      void nested.leave(owner);
      onRelease(client);
    },
    connect: async () => undefined,
    end: async () => undefined,
  });
  return client;
}

/** All forms in which `pg` takes a query: text or object, values, callback, or a thing that submits itself. */
function queryWith(
  nested: NestedConnection,
  ownerOf: () => object,
): (...values: unknown[]) => unknown {
  return (...values) => {
    const [query] = values;
    const callback =
      typeof values.at(-1) === "function"
        ? (values.pop() as (error: unknown, result?: PgResult) => void)
        : undefined;
    if (isSubmittable(query)) {
      void nested
        .run(ownerOf(), { text: "", send: async (client) => await submit(client, query) })
        .catch((error: unknown) => query.handleError?.(error));
      return query;
    }
    const text = typeof query === "string" ? query : (query as { text: string }).text;
    const answer = nested.run(ownerOf(), {
      text,
      send: async (client) =>
        await (client.query as (...all: unknown[]) => Promise<PgResult>).apply(client, values),
    });
    if (callback === undefined) return answer;
    answer.then(
      (result) => setImmediate(callback, undefined, result),
      (error: unknown) => setImmediate(callback, error),
    );
    return undefined;
  };
}

interface Submittable extends EventEmitter {
  submit(connection: unknown): void;
  handleError?(error: unknown): void;
}

function isSubmittable(value: unknown): value is Submittable {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { submit?: unknown }).submit === "function"
  );
}

/** A cursor or stream is over when it says so; until then the connection is its. */
async function submit(client: PgClient, query: Submittable): Promise<PgResult> {
  await new Promise<void>((resolve, reject) => {
    query.once("end", () => resolve());
    query.once("close", () => resolve());
    query.once("error", reject);
    (client.query as (thing: unknown) => unknown)(query);
  });
  return { rows: [], rowCount: null, command: "" };
}
