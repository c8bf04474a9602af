import { setTimeout as sleep } from "node:timers/promises";
import type { ResetOutcome, TouchedTable } from "../../../isolation/lease.ts";
import { openPgClient, type PgClient } from "../driver.ts";
import { type SealOptions, takeBaseline } from "./baseline.ts";
import { resetBlocked } from "./reset-blocked.ts";
import type { Resetter } from "./resetter.ts";

export interface UndoOptions extends SealOptions {
  /** How long a reset waits for transactions of the application. */
  readonly budgetMs: number;
}

/** Resets by putting back what the triggers of the baseline noted: one round trip on a connection of its own. */
export async function openUndoResetter(
  controlUrl: string,
  options: UndoOptions,
): Promise<Resetter> {
  const control = await openPgClient(controlUrl, {
    applicationName: "shakedown control",
    settings: controlSettings,
  });
  let writtenRows = 0;
  let resets = 0;
  let vacuuming: Promise<void> | undefined;
  const rebase = async (): Promise<void> => {
    const rebased = await withBarrier(control, options, () => takeBaseline(control, options));
    if ("error" in rebased) throw rebased.error;
  };
  return {
    async reset(level) {
      const answer = await withBarrier(control, options, () =>
        control.query<{ outcome: ResetAnswer }>({
          name: "shakedown_reset",
          text: "select shakedown_undo.reset($1) as outcome",
          values: [level],
        }),
      );
      if ("error" in answer)
        return {
          kind: "retire",
          reason: `the reset itself stopped: ${answer.error.message}`,
          touched: [],
        };
      const outcome = toOutcome(answer.result.rows[0]?.outcome ?? {});
      resets += 1;
      if (outcome.kind === "restored") {
        writtenRows += outcome.touched.reduce((sum, table) => sum + table.rows, 0);
        if (writtenRows > vacuumAfterRows || resets > vacuumAfterResets) {
          // Not waited for: the next query on this connection comes after it, and the test does not need it.
          vacuuming = vacuum(control, outcome.touched).catch(() => undefined); // bloat is no reason to fail a test
          writtenRows = 0;
          resets = 0;
        }
      }
      return outcome;
    },
    async mark(level) {
      if (level === 0) return await rebase();
      const answer = await withBarrier(control, options, () =>
        control.query<{ reason: string | null }>("select shakedown_undo.mark($1) as reason", [
          level,
        ]),
      );
      if ("error" in answer) throw answer.error;
      const reason = answer.result.rows[0]?.reason ?? undefined;
      if (reason === undefined) return;
      const rebased = await withBarrier(control, options, () =>
        takeBaseline(control, { ...options, floor: { level, reason } }),
      );
      if ("error" in rebased) throw rebased.error;
    },
    async touched(level) {
      const answer = await control.query<{ touched: readonly TouchedTable[] }>(
        "select shakedown_undo.touched($1) as touched",
        [level],
      );
      return answer.rows[0]?.touched ?? [];
    },
    rebase,
    async close() {
      await vacuuming;
      await control.end();
    },
  };
}

const vacuumAfterRows = 1000;
const vacuumAfterResets = 300;
const lockTimeoutMs = 20;

/**
 * Only this connection is in the replica role: it sets off no trigger of the application and checks no foreign key,
 * and what it does is not logged. Plans must find rows by index however small the tables were when they were made.
 */
const controlSettings = {
  session_replication_role: "replica",
  "shakedown.control": "on",
  lock_timeout: String(lockTimeoutMs),
  statement_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  synchronous_commit: "off",
  client_min_messages: "warning",
  // Tries to get a lock would fill the log that a failed test shows.
  log_min_messages: "log",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
  jit: "off",
  // What text of a row means, as in the triggers.
  search_path: "pg_catalog, pg_temp",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  extra_float_digits: "1",
  bytea_output: "hex",
  lc_monetary: "C",
  xmloption: "content",
};

interface ResetAnswer {
  readonly retire?: string;
  readonly touched?: readonly TouchedTable[];
}

type Answer<Value> = { readonly result: Value } | { readonly error: Error };

/**
 * Tries again while a transaction of the application holds a table. The short lock timeout makes us, never the
 * application, give way where both wait for each other.
 */
async function withBarrier<Value>(
  control: PgClient,
  options: UndoOptions,
  work: () => Promise<Value>,
): Promise<Answer<Value>> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return { result: await work() };
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === undefined || /^(08|57P)/.test(code)) throw error;
      if (code !== "55P03" && code !== "40P01") return { error: error as Error };
      const waitedMs = performance.now() - startedMs;
      if (waitedMs > options.budgetMs) throw await resetBlocked(control, waitedMs, error);
      await sleep(2);
    }
  }
}

function toOutcome(answer: ResetAnswer): ResetOutcome {
  const touched = answer.touched ?? [];
  if (answer.retire !== undefined) return { kind: "retire", reason: answer.retire, touched };
  return touched.length === 0 ? { kind: "clean" } : { kind: "restored", touched };
}

async function vacuum(control: PgClient, touched: readonly TouchedTable[]): Promise<void> {
  const names = await control.query<{ names: string | null }>(
    "select string_agg(t.relid::regclass::text, ', ') as names from shakedown_undo.tables t where t.name = any ($1) and exists (select from pg_catalog.pg_class c where c.oid = t.relid)",
    [touched.map((table) => table.name)],
  );
  const tables = [
    "shakedown_undo.log",
    "shakedown_undo.tables",
    "shakedown_undo.note",
    ...(names.rows[0]?.names ? [names.rows[0].names] : []),
  ];
  await control.query(`vacuum (skip_locked) ${tables.join(", ")}`);
}
