import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { ResetOutcome, TouchedTable } from "../../../isolation/lease.ts";
import { deletionOrder, readForeignKeys, readTables } from "../catalogue.ts";
import { openPgClient, type PgClient, quoteName, quoteText } from "../driver.ts";
import { qualifiedName } from "./inspect-tables.ts";
import { resetBlocked } from "./reset-blocked.ts";
import type { Resetter } from "./resetter.ts";
import { dropSeedCopies, hasSeedCopies, readSeedCopies, takeSeedCopies } from "./seed-copies.ts";

/**
 * Empties every table and puts the baseline's rows back from copies. Needs no more rights than the owner of the tables
 * has, and time for every stored row. Changes of the schema are not undone.
 */
export async function openDeleteResetter(
  url: string,
  options: { readonly budgetMs: number },
): Promise<Resetter> {
  const client = await openPgClient(url, {
    applicationName: "shakedown control",
    // Row security would hide rows from a DELETE: with it off, such a DELETE is refused aloud.
    settings: {
      lock_timeout: "200",
      client_min_messages: "warning",
      row_security: "off",
      "shakedown.control": "on",
    },
  });
  const free = await mayTurnOffChecks(client);
  if (!(await hasSeedCopies(client))) await takeSeedCopies(client, 0);
  return {
    reset: async (level) =>
      await withRetries(client, options.budgetMs, async () => await restore(client, level, free)),
    mark: async (level) => await takeSeedCopies(client, level),
    rebase: async () => await takeSeedCopies(client, 0),
    close: async () => await client.end(),
  };
}

/** In the replica role no foreign key is checked and no trigger fires, so that any order does. */
async function mayTurnOffChecks(client: PgClient): Promise<boolean> {
  return await client.query("set session_replication_role = replica").then(
    () => true,
    () => false, // not allowed to this user: then the order of the foreign keys has to do
  );
}

async function withRetries(
  client: PgClient,
  budgetMs: number,
  work: () => Promise<ResetOutcome>,
): Promise<ResetOutcome> {
  const startedMs = performance.now();
  for (;;) {
    try {
      await client.query("begin");
      const outcome = await work();
      await client.query("commit");
      return outcome;
    } catch (error) {
      await client.query("rollback").catch(() => undefined); // the first error is the one to tell
      const { code } = error as { code?: string };
      const waitedMs = performance.now() - startedMs;
      if (code !== "40P01" && code !== "55P03") throw error;
      if (waitedMs > budgetMs) throw await resetBlocked(client, waitedMs, error);
      await sleep(10);
    }
  }
}

async function restore(client: PgClient, level: number, free: boolean): Promise<ResetOutcome> {
  const tables = await readTables(client);
  const order = deletionOrder(tables, await readForeignKeys(client));
  const names = order.tables.map(qualifiedName);
  const quiet = free ? [] : await silenceTriggers(client);
  if (!free) await client.query("set constraints all deferred");
  const removed = free ? await deleteAtOnce(client, names) : await deleteInTurns(client, names);
  const copies = await readSeedCopies(client, level);
  const place = new Map(names.map((name, index) => [name, index]));
  const rows = copies.rows.toSorted(
    (left, right) => (place.get(right.table) ?? 0) - (place.get(left.table) ?? 0),
  );
  for (const { table, copy, columns } of rows) {
    const list = columns.map(quoteName).join(", ");
    await client.query(
      list === ""
        ? `insert into ${table} select from ${copy}`
        : `insert into ${table} (${list}) overriding system value select ${list} from ${copy}`,
    );
  }
  if (copies.sequences.length > 0) {
    await client.query(
      `select ${copies.sequences.map(({ name, lastValue, isCalled }) => `setval(${quoteText(name)}, ${lastValue}, ${isCalled})`).join(", ")}`,
    );
  }
  await dropSeedCopies(client, level + 1);
  if (!free) await client.query("set constraints all immediate");
  for (const table of quiet) await client.query(`alter table ${table} enable trigger user`);
  // Which seeded rows were changed is not known to this way: it puts all of them back each time.
  const seeded = new Set(copies.rows.map((row) => row.table));
  const touched = removed.filter((table) => !seeded.has(table.name) && table.rows > 0);
  return touched.length === 0 ? { kind: "clean" } : { kind: "restored", touched };
}

async function deleteAtOnce(client: PgClient, names: readonly string[]): Promise<TouchedTable[]> {
  const removed: TouchedTable[] = [];
  for (const name of names)
    removed.push({ name, rows: (await client.query(`delete from ${name}`)).rowCount ?? 0 });
  return removed;
}

/** A table whose rows are still referred to gets its turn again when others are empty. */
async function deleteInTurns(client: PgClient, names: readonly string[]): Promise<TouchedTable[]> {
  const removed: TouchedTable[] = [];
  let waiting = [...names];
  while (waiting.length > 0) {
    const refused: { readonly name: string; readonly error: Error }[] = [];
    for (const name of waiting) {
      await client.query("savepoint one_table");
      try {
        removed.push({ name, rows: (await client.query(`delete from ${name}`)).rowCount ?? 0 });
        await client.query("release savepoint one_table");
      } catch (error) {
        await client.query("rollback to savepoint one_table");
        if (!["23503", "23001"].includes((error as { code?: string }).code ?? "")) throw error;
        refused.push({ name, error: error as Error });
      }
    }
    if (refused.length === waiting.length) throw stuck(refused);
    waiting = refused.map(({ name }) => name);
  }
  return removed;
}

function stuck(
  refused: readonly { readonly name: string; readonly error: Error }[],
): ShakedownError {
  return new ShakedownError(
    "RESET_UNSUPPORTED",
    `the tables ${refused.map(({ name }) => name).join(", ")} refer to each other in a circle, and no order deletes from them`,
    {
      details: { refused: refused.map(({ name, error }) => `${name}: ${error.message}`) },
      hint: "Declare one of these foreign keys deferrable, or use reset: 'undo' with a superuser.",
      cause: refused[0]?.error,
    },
  );
}

/** The application's triggers would write again while we delete. Gives the tables whose triggers are off now. */
async function silenceTriggers(client: PgClient): Promise<readonly string[]> {
  const found = await client.query<{ name: string }>(`
    select distinct t.tgrelid::regclass::text as name from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgenabled <> 'D' and t.tgparentid = 0 and c.relkind in ('r', 'p') and c.relpersistence <> 't'
      and pg_catalog.pg_has_role(c.relowner, 'usage')`);
  for (const { name } of found.rows) await client.query(`alter table ${name} disable trigger user`);
  return found.rows.map((row) => row.name);
}
