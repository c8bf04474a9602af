import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { PgClient } from "../driver.ts";

/** Names the transaction for which a reset waited in vain. */
export async function resetBlocked(
  control: PgClient,
  waitedMs: number,
  cause: unknown,
): Promise<ShakedownError> {
  const holders = await findHolders(control).catch(() => []); // a lost connection must not hide what happened first
  const holder = holders[0];
  const who = holder === undefined ? "a transaction that has ended meanwhile" : describe(holder);
  return new ShakedownError(
    "RESET_BLOCKED",
    `the database could not be reset, because ${who} held its tables for ${Math.round(waitedMs)} ms`,
    {
      details: { holders: holders.map((row) => ({ ...row })) },
      hint: "Let the application commit or roll back before the test ends, or await what it does in the background.",
      cause,
    },
  );
}

interface Holder {
  readonly pid: number;
  readonly application: string;
  readonly state: string;
  readonly query: string;
  readonly openForMs: number;
  readonly tables: string;
}

function describe(holder: Holder): string {
  const name =
    holder.application === ""
      ? `process ${holder.pid}`
      : `"${holder.application}" (process ${holder.pid})`;
  return `${name}, ${holder.state} since ${Math.round(holder.openForMs)} ms on ${holder.tables}, last statement: ${holder.query},`;
}

async function findHolders(control: PgClient): Promise<readonly Holder[]> {
  const found = await control.query<Holder>(`
    select coalesce(l.pid, 0) as pid, coalesce(a.application_name, '') as application,
      coalesce(a.state, 'prepared transaction ' || coalesce((select string_agg(x.gid, ', ') from pg_catalog.pg_prepared_xacts x where x.database = current_database()), '')) as state,
      coalesce(left(a.query, 500), '') as query,
      coalesce(extract(epoch from clock_timestamp() - a.xact_start) * 1000, 0)::float8 as "openForMs",
      string_agg(distinct l.relation::regclass::text, ', ') as tables
    from pg_catalog.pg_locks l
    left join pg_catalog.pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.granted and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
      and l.pid is distinct from pg_backend_pid()
      and (l.relation in (select t.relid from shakedown_undo.tables t) or l.relation = 'shakedown_undo.note'::regclass)
    group by l.pid, a.application_name, a.state, a.query, a.xact_start
    order by bool_and(l.mode in ('AccessShareLock', 'RowShareLock')), a.xact_start nulls last`);
  return found.rows;
}
