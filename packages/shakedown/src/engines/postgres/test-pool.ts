import type pg from "pg";
import { setTimeout as sleep } from "node:timers/promises";
import { openPgClient, openPgPool } from "./driver.ts";

/** The pool of a slot's tests. What a test leaves in it ends with the test. */
export interface TestPool {
  readonly pool: pg.Pool;
  /** Before a reset: lets queries end that nobody waits for, takes back what was not released, drops the state of sessions. */
  settle(toLevel: number): Promise<void>;
  /** What sessions hold now belongs to this level. */
  mark(level: number): void;
  close(): Promise<void>;
}

/** How long a query may go on after its test. */
const lateMs = 500;

export async function openTestPool(url: string, config: pg.PoolConfig): Promise<TestPool> {
  const pool = await openPgPool(url, config);
  const taken = new Set<pg.PoolClient>();
  /** Sessions with state of their own, with the level that it belongs to. */
  const stateful = new Map<pg.PoolClient, number>();
  let level = 0;
  pool.on("acquire", (client) => void taken.add(client));
  pool.on("release", (_error, client) => void taken.delete(client));
  pool.on("remove", (client) => {
    taken.delete(client);
    stateful.delete(client);
  });
  pool.on("connect", (client) => watchQueries(client, () => stateful.set(client, level)));

  /** A connection that is being opened for a query counts too. */
  const isBusy = (): boolean => pool.totalCount > pool.idleCount || pool.waitingCount > 0;

  async function takeBack(): Promise<void> {
    const deadlineMs = performance.now() + lateMs;
    while (isBusy() && performance.now() < deadlineMs) await sleep(1);
    if (taken.size === 0) return;
    // A query that goes on, or a client that was never released: its transaction would block the reset.
    const clients = [...taken];
    await endBackends(url, clients);
    for (const client of clients) if (taken.has(client)) client.release(true);
  }

  async function dropState(toLevel: number): Promise<void> {
    if (![...stateful.values()].some((made) => made >= toLevel)) return;
    const idle: pg.PoolClient[] = [];
    for (let left = pool.idleCount; left > 0; left -= 1) idle.push(await pool.connect());
    for (const client of idle) client.release((stateful.get(client) ?? -1) >= toLevel);
  }

  return {
    pool,
    async settle(toLevel) {
      if (isBusy()) await takeBack();
      if (stateful.size > 0) await dropState(toLevel);
      level = toLevel;
    },
    mark(next) {
      level = next;
    },
    async close() {
      // The pool would wait for ever for a client that a test never released.
      if (isBusy()) await takeBack();
      await pool.end();
    },
  };
}

/** The server has done with a backend only when it is no longer listed: until then it may go on to write. */
async function endBackends(url: string, clients: readonly pg.PoolClient[]): Promise<void> {
  const pids = clients.map((client) => (client as unknown as { processID: number }).processID);
  const control = await openPgClient(url, { applicationName: "shakedown ends sessions" });
  try {
    await control.query("select pg_terminate_backend(pid) from unnest($1::int[]) pid", [pids]);
    for (;;) {
      const { rows } = await control.query(
        "select from pg_stat_activity where pid = any ($1::int[]) limit 1",
        [pids],
      );
      if (rows.length === 0) return;
      await sleep(2);
    }
  } finally {
    await control.end();
  }
}

function watchQueries(client: pg.PoolClient, onState: () => void): void {
  const watched = client as unknown as { query: (...args: readonly unknown[]) => unknown };
  const query = watched.query.bind(client);
  watched.query = (...args) => {
    const [first] = args;
    const text = typeof first === "string" ? first : (first as { text?: unknown } | null)?.text;
    if (typeof text === "string" && leavesState(text)) onState();
    return query(...args);
  };
}

const withState =
  /(?:^|;)\s*(?:set|reset|listen|prepare|declare|load)\b(?!\s+(?:local|transaction)\b)|\btemp(?:orary)?\s+(?:table|view|sequence)\b|\binto\s+temp|\bset_config\b|\bpg_(?:try_)?advisory_lock|\bsetseed\b/i;

/** Rather once too often than not: the price is a new connection. */
function leavesState(text: string): boolean {
  return withState.test(text) || isOpenTransaction(text);
}

/** `transaction()` of the handle sends its `begin` alone and always ends it; with more behind it, who knows. */
function isOpenTransaction(text: string): boolean {
  return /^\s*(?:begin|start\s+transaction)\b[^;]*;\s*\S/i.test(text);
}
