import { quoteName, quoteText } from "../driver.ts";
import {
  type DatabaseFacts,
  qualifiedName,
  type SequenceFacts,
  type TableFacts,
} from "./inspect-tables.ts";
import { crashed } from "./levels-sql.ts";

export interface ResetFunctionOptions {
  readonly sequences: "restore" | "keep";
  /** The level whose state the database is in. */
  readonly floor: number;
}

/**
 * Writes the function that brings a database back to a level. Every statement in it is static, so that its plan is made
 * once for each connection; only LOCK TABLE, which has no plan, is put together at run time.
 */
export function resetFunctionSql(facts: DatabaseFacts, options: ResetFunctionOptions): string {
  return `${sequenceStatesSql(facts, options)}
create or replace function shakedown_undo.reset(lvl integer) returns jsonb language plpgsql as $reset$
declare
  dirty record;
  entry record;
  reason text;
  lost bigint;
  put bigint;
  touched jsonb := '[]';
  noted boolean;
begin
  if shakedown_undo.is_emptied() then
    return jsonb_build_object('retire', ${quoteText(crashed)}, 'touched', '[]'::jsonb);
  end if;
  -- A baseline that was taken since is what marks made before it have become.
  lvl := least(lvl, (select last_value from shakedown_undo.level));
  select array_agg(t.relid) as relids, array_agg(t.tree) as trees, array_agg(m.mark) as marks, string_agg(t.refusal, '; ') as refusal,
      string_agg(t.lock_name, ', ') as locks
    into dirty
    from shakedown_undo.tables t
    cross join lateral (select pg_sequence_last_value(t.touch) as mark offset 0) m
    where m.mark is distinct from t.seen or t.dirt >> lvl <> 0;
  -- Before the lock, because a changed schema may lack what would be locked.
  noted := exists (select from shakedown_undo.note);
  if noted then reason := shakedown_undo.judge(); end if;
  if reason is null then
    -- Whoever changes the schema writes a note in the same transaction: its end is waited for like that of any other write.
    lock table shakedown_undo.note in share row exclusive mode;
    if dirty.locks is not null then
      execute 'lock table ' || dirty.locks || ' in share row exclusive mode';
    end if;
    noted := exists (select from shakedown_undo.note);
    if noted then reason := shakedown_undo.judge(); end if;
  end if;
  if reason is null then
    select case when s.floor > lvl then s.floor_reason when s.surroundings <> shakedown_undo.surroundings() then shakedown_undo.changed_surroundings(s.surroundings) end
      into reason from shakedown_undo.state s;
  end if;
  reason := coalesce(reason, dirty.refusal);
  if reason is not null then
    return jsonb_build_object('retire', reason, 'touched', coalesce((
      select jsonb_agg(jsonb_build_object('name', t.name, 'rows', (select count(*) from shakedown_undo.log l where l.tree = t.tree and l.level >= lvl)))
      from shakedown_undo.tables t where t.relid = any (dirty.trees)), '[]'));
  end if;

  if dirty.relids is not null then
    for entry in
      select t.tree, t.name, t.filled, n.lost, n.found, n.most
      from shakedown_undo.tables t
      left join (
        select s.tree, array_agg(s.row) filter (where s.net < 0) as lost, array_agg(s.row) filter (where s.net > 0) as found, max(abs(s.net)) as most
        from (
          select l.tree, l.row, sum(l.sign) as net from ${logRows(facts)} l
          where l.level >= lvl group by l.tree, l.row having sum(l.sign) <> 0
        ) s cross join lateral generate_series(1, abs(s.net)) group by s.tree
      ) n on n.tree = t.relid
      where t.relid = any (dirty.trees)
    loop
      lost := 0;
      put := 0;
      if entry.filled is null or entry.filled > lvl then
        case entry.tree
${cases(facts, (root) => emptySql(root, facts))}
        end case;
        put := 0;
        if entry.filled is not null then
          update shakedown_undo.tables t set filled = null where t.tree = entry.tree;
        end if;
      elsif entry.most is not null then
        case entry.tree
${cases(facts, undoSql)}
        end case;
      end if;
      if lost > 0 or put > 0 then
        touched := touched || jsonb_build_object('name', entry.name, 'rows', greatest(lost, put));
      end if;
    end loop;
    delete from shakedown_undo.log l where l.tree = any (dirty.trees) and l.level >= lvl;
    -- Whether a write at the time of the mark came before it is not known: the level below looks at the table again.
    update shakedown_undo.tables t set seen = d.mark, dirt = t.dirt & ((1 << lvl) - 1) | case when lvl > 0 then 1 << (lvl - 1) else 0 end
      from unnest(dirty.relids, dirty.marks) as d(relid, mark) where t.relid = d.relid;
  end if;
${sequencesSql(facts, options)}
  if noted then perform shakedown_undo.settle(); end if;
  perform setval('shakedown_undo.allowance', (select s.row_budget + 1 from shakedown_undo.state s));
  if (select last_value from shakedown_undo.level) <> lvl then
    perform setval('shakedown_undo.level', lvl);
    delete from shakedown_undo.sequences s where s.level > lvl;
  end if;
  return jsonb_build_object('touched', touched);
end $reset$;`;
}

function cases(facts: DatabaseFacts, write: (root: TableFacts) => string): string {
  const roots = facts.tables.filter((table) => table.tree === table.relid);
  return [
    // A CASE needs at least one branch, and a database may have no table yet.
    "        when 0 then null;",
    ...roots.map((root) => `        when ${root.relid} then\n${write(root)}`),
    "        else null;",
  ].join("\n");
}

function emptySql(root: TableFacts, facts: DatabaseFacts): string {
  return facts.tables
    .filter((table) => table.tree === root.tree && !table.isPartition && table.kind !== "f")
    .map(
      (table) => `          delete from ${table.kind === "p" ? "" : "only "}${qualifiedName(table)};
          get diagnostics put = row_count;
          lost := lost + put;`,
    )
    .join("\n");
}

function undoSql(root: TableFacts): string {
  const name = qualifiedName(root);
  const written = root.columns
    .filter((column) => column.generated === "")
    .map((column) => quoteName(column.name));
  const restore =
    written.length === 0
      ? `insert into ${name} overriding system value select from unnest(entry.found);`
      : `insert into ${name} (${written.join(", ")}) overriding system value
              select ${written.map((column) => `(k.r).${column}`).join(", ")} from (select u.row::${name} as r from unnest(entry.found) u(row) offset 0) k;`;
  const complaint = `raise exception using errcode = 'SD001', message = ${quoteText(`the changes of ${name} do not add up`)};`;
  return `          ${root.key.length > 0 ? `if entry.most > 1 then ${complaint} end if;` : ""}
          if entry.lost is not null then
            ${root.key.length > 0 ? removeByKeySql(root) : removeCopiesSql(root)}
            get diagnostics lost = row_count;
          end if;
          if entry.found is not null then
            ${restore}
            get diagnostics put = row_count;
          end if;
          if lost <> coalesce(cardinality(entry.lost), 0) or put <> coalesce(cardinality(entry.found), 0) then ${complaint} end if;`;
}

function removeByKeySql(root: TableFacts): string {
  const name = qualifiedName(root);
  const matches = root.key.map(
    ({ name: column, operator }) => `t.${quoteName(column)} ${operator} (k.r).${quoteName(column)}`,
  );
  return `delete from ${root.kind === "p" ? "" : "only "}${name} t using (select u.row::${name} as r from unnest(entry.lost) u(row) offset 0) k
              where ${matches.join(" and ")};`;
}

/** Without a key a row is found by its text, and of equal rows as many go as came. This reads the whole table. */
function removeCopiesSql(root: TableFacts): string {
  const name = qualifiedName(root);
  // A virtual column is not part of what triggers are given, so it stands in the log as nothing.
  const columns = root.columns.map((column) =>
    column.generated === "v" ? "null" : `t.${quoteName(column.name)}`,
  );
  return `delete from ${name} t using (
              select c.place, c.relation from (
                select u.place, u.relation, row_number() over (partition by u.row order by u.place, u.relation) as nth, sum(u.copies) over (partition by u.row) as copies
                from (
                  select t.ctid as place, t.tableoid as relation, row(${columns.join(", ")})::text collate "C" as row, 0 as copies from ${name} t
                  union all select null, null, l.row, 1 from unnest(entry.lost) l(row)
                ) u
              ) c where c.place is not null and c.nth <= c.copies
            ) gone where t.ctid = gone.place and t.tableoid = gone.relation;`;
}

/** The log, with rows of partitions whose columns stand in another order than their root's brought into its order. */
function logRows(facts: DatabaseFacts): string {
  const byRelid = new Map(facts.tables.map((table) => [table.relid, table]));
  const reordered = facts.tables.flatMap((table) => {
    const root = byRelid.get(table.tree);
    if (root === undefined || !table.isPartition || layout(root) === layout(table)) return [];
    const columns = root.columns.map((column) => `(k.r).${quoteName(column.name)}`).join(", ");
    return [
      `when l.relid = ${table.relid} then (select row(${columns})::text from (select l.row::${qualifiedName(table)} as r offset 0) k)`,
    ];
  });
  if (reordered.length === 0) return "shakedown_undo.log";
  return `(select l.tree, l.level, l.sign, case ${reordered.join(" ")} else l.row end collate "C" as row from shakedown_undo.log l)`;
}

function layout(table: TableFacts): string {
  return JSON.stringify(table.columns.map((column) => column.name));
}

/** Each sequence is read as the relation it is: the catalogue's functions do not tell `is_called = false` apart. */
function sequencesSql(facts: DatabaseFacts, options: ResetFunctionOptions): string {
  const restored = restoredSequences(facts, options);
  if (restored.length === 0) return "";
  const atBaseline = restored.map((sequence) => {
    const { lastValue, isCalled } = sequence;
    return `      select setval(${sequence.relid}::regclass, ${lastValue}, ${isCalled}) as moved from ${qualifiedName(sequence)} c
        where c.last_value <> ${lastValue} or c.is_called <> ${isCalled}`;
  });
  return `
  if lvl = ${options.floor} then
    perform count(m.moved) from (
${atBaseline.join("\n      union all\n")}
    ) m;
  else
    perform setval(n.relid::regclass, b.last_value, b.is_called)
      from shakedown_undo.sequence_states() n join shakedown_undo.sequences b on b.relid = n.relid and b.level = lvl
      where (b.last_value, b.is_called) is distinct from (n.last_value, n.is_called);
  end if;`;
}

function sequenceStatesSql(facts: DatabaseFacts, options: ResetFunctionOptions): string {
  const restored = restoredSequences(facts, options);
  if (restored.length === 0) return "";
  const states = restored.map(
    (sequence) =>
      `  select ${sequence.relid}::oid, c.last_value, c.is_called from ${qualifiedName(sequence)} c`,
  );
  return `create or replace function shakedown_undo.sequence_states() returns table (relid oid, last_value bigint, is_called boolean) language plpgsql as $states$
begin
  return query
${states.join("\n  union all\n")};
end $states$;`;
}

/** A session that took values of a sequence with a cache goes on to use them, so such a sequence is not set back. */
function restoredSequences(
  facts: DatabaseFacts,
  options: ResetFunctionOptions,
): readonly SequenceFacts[] {
  return options.sequences === "keep"
    ? []
    : facts.sequences.filter((sequence) => sequence.cache === 1);
}
