import { type PgClient, quoteText } from "../driver.ts";
import {
  type DatabaseFacts,
  inspectDatabase,
  qualifiedName,
  type TableFacts,
} from "./inspect-tables.ts";
import { levelsSql } from "./levels-sql.ts";
import { notesSql } from "./notes-sql.ts";
import { resetFunctionSql } from "./reset-function.ts";
import { schemaSql } from "./schema-sql.ts";

export interface SealOptions {
  /** A test that changes more rows than this gets its slot replaced instead of its changes undone. */
  readonly rowBudget: number;
  /** Whether sequences return to their baseline values. One with a CACHE above 1 never does. */
  readonly sequences: "restore" | "keep";
}

export interface TakeBaselineOptions extends SealOptions {
  /** The level that the present state is; what lies below it is gone for the reason given. */
  readonly floor?: { readonly level: number; readonly reason: string };
}

export const defaultSealOptions: SealOptions = { rowBudget: 2000, sequences: "restore" };

/** Makes a database that is about to become a template carry all that its clones need for being reset. */
export async function installTemplate(client: PgClient): Promise<void> {
  await takeBaseline(client, defaultSealOptions);
}

/**
 * Makes the present state of a slot database its baseline. One round trip when nothing was written since the template
 * was made or the last baseline taken.
 */
export async function sealBaseline(client: PgClient, options: SealOptions): Promise<void> {
  const unmoved = await client
    .query<{ unmoved: boolean }>("select shakedown_undo.seal($1, $2) as unmoved", [
      options.rowBudget,
      options.sequences,
    ])
    .then((answer) => answer.rows[0]?.unmoved === true)
    .catch((error: { code?: string }) => {
      // No schema of ours, or one of another version of us: the full way puts it there.
      if (["3F000", "42883", "42P01", "42703"].includes(error.code ?? "")) return false;
      throw error;
    });
  if (!unmoved) await takeBaseline(client, options);
}

/** The full way: forgets all marks and logs, looks at the whole catalogue and installs everything anew. */
export async function takeBaseline(client: PgClient, options: TakeBaselineOptions): Promise<void> {
  await client.query(
    `begin; set local client_min_messages = warning; set local lock_timeout = '500ms'; set local shakedown.control = 'on'; ${dropSql} ${schemaSql} ${notesSql} ${levelsSql}`,
  );
  try {
    const facts = await inspectDatabase(client);
    await client.query(`${installSql(facts, options)} commit;`);
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // the first error is the one to tell
    throw error;
  }
}

const dropSql = `
drop event trigger if exists shakedown_command;
drop event trigger if exists shakedown_drop;
drop schema if exists shakedown_undo cascade;
`;

function installSql(facts: DatabaseFacts, options: TakeBaselineOptions): string {
  const floor = options.floor?.level ?? 0;
  const filledTrees = new Set(
    facts.tables.filter((table) => table.hasRows).map((table) => table.tree),
  );
  const tracked = facts.tables.filter(
    (table) => filledTrees.has(table.tree) && refusalOf(table, filledTrees) === undefined,
  );
  const byRelid = new Map(facts.tables.map((table) => [table.relid, table]));
  const touches = facts.tables.map(
    (table) => `create unlogged sequence shakedown_undo.${touchName(table)} minvalue 0 start 0;`,
  );
  return `
${touches.join("\n")}
grant update on all sequences in schema shakedown_undo to public;
revoke update on sequence shakedown_undo.level, shakedown_undo.allowance from public;
${insertSql(
  "shakedown_undo.tables (relid, tree, name, lock_name, touch, filled, refusal)",
  facts.tables.map((table) => tableRow(table, filledTrees, byRelid)),
)}
${facts.tables.map(touchTriggerSql).join("\n")}
${tracked.map((table) => `select shakedown_undo.track(${table.relid});`).join("\n")}
${insertSql(
  "shakedown_undo.sequences (relid, name, level, last_value, is_called)",
  facts.sequences.map(
    (sequence) =>
      `(${sequence.relid}, ${quoteText(qualifiedName(sequence))}, ${floor}, ${sequence.lastValue}, ${sequence.isCalled})`,
  ),
)}
update shakedown_undo.tables set shape = shakedown_undo.shape(relid);
update shakedown_undo.sequences set shape = shakedown_undo.shape(relid);
insert into shakedown_undo.state values (${floor}, ${options.floor === undefined ? "null" : quoteText(options.floor.reason)}, ${options.rowBudget}, ${quoteText(options.sequences)}, shakedown_undo.surroundings());
select setval('shakedown_undo.allowance', ${options.rowBudget + 1}), setval('shakedown_undo.level', ${floor});
${resetFunctionSql(facts, { sequences: options.sequences, floor })}
`;
}

function insertSql(target: string, rows: readonly string[]): string {
  return rows.length === 0 ? "" : `insert into ${target} values\n${rows.join(",\n")};`;
}

function tableRow(
  table: TableFacts,
  filledTrees: ReadonlySet<number>,
  byRelid: ReadonlyMap<number, TableFacts>,
): string {
  // A lock on the root of a partition tree is one on all of it.
  const top = (table.isPartition ? byRelid.get(table.tree) : undefined) ?? table;
  const refusal = refusalOf(table, filledTrees);
  return `(${[
    table.relid,
    table.tree,
    quoteText(table.schema === "public" ? table.name : `${table.schema}.${table.name}`),
    table.kind === "f" ? "null" : quoteText(qualifiedName(top)),
    `'shakedown_undo.${touchName(table)}'`,
    filledTrees.has(table.tree) ? "0" : "null",
    refusal === undefined ? "null" : quoteText(refusal),
  ].join(", ")})`;
}

/** Why writes to a table are not undone by rows; the slot is replaced when one happens. */
function refusalOf(table: TableFacts, filledTrees: ReadonlySet<number>): string | undefined {
  const name = qualifiedName(table);
  if (table.kind === "f") return `${name} is a foreign table`;
  if (table.inherits && !table.isPartition && table.kind !== "p" && filledTrees.has(table.tree)) {
    return `${name} has rows at the baseline and inherits`;
  }
  if (table.alwaysFires.length > 0) {
    return `${name} has what fires even while rows are put back: ${table.alwaysFires.join(", ")}`;
  }
  return undefined;
}

function touchName(table: TableFacts): string {
  return `touch_${table.relid}`;
}

/**
 * The mark is set by the condition of a trigger that never fires: no function is called, nothing is waited for, and
 * `lastval()` of the application stays what it was, which nextval() would change. The clock makes every mark a new value.
 */
function touchTriggerSql(table: TableFacts): string {
  const events =
    table.kind === "f" ? "insert or update or delete" : "insert or update or delete or truncate";
  const name = qualifiedName(table);
  const mark = `setval('shakedown_undo.${touchName(table)}'::regclass, (extract(epoch from clock_timestamp()) * 1000000)::bigint)`;
  return `create trigger "~shakedown_touch" before ${events} on ${name} for each statement
  when (case when current_setting('shakedown.control', true) = 'on' then false else ${mark} < 0 end) execute function shakedown_undo.nothing();
alter table ${name} enable always trigger "~shakedown_touch";`;
}
