import { type PgClient, quoteName } from "../driver.ts";

/** A table as far as its reset needs to know it. */
export interface TableFacts {
  readonly relid: number;
  /** The table by which its rows are put back: the root of a partition tree, one member of an inheritance tree, else itself. */
  readonly tree: number;
  readonly schema: string;
  readonly name: string;
  /** r: plain, p: partitioned, f: foreign */
  readonly kind: string;
  readonly isPartition: boolean;
  readonly inherits: boolean;
  readonly columns: readonly { readonly name: string; readonly generated: "" | "s" | "v" }[];
  /** Columns that find one row, with the operator of the index that does; empty when nothing does. */
  readonly key: readonly { readonly name: string; readonly operator: string }[];
  /** Triggers and rules of the application that fire even while we put rows back. */
  readonly alwaysFires: readonly string[];
  readonly hasRows: boolean;
}

export interface SequenceFacts {
  readonly relid: number;
  readonly schema: string;
  readonly name: string;
  readonly cache: number;
  /** As text: a bigint has more digits than a number holds. */
  readonly lastValue: string;
  readonly isCalled: boolean;
}

export interface DatabaseFacts {
  readonly tables: readonly TableFacts[];
  readonly sequences: readonly SequenceFacts[];
}

/** Reads the catalogue in two round trips, the second of which asks each table whether it holds rows. */
export async function inspectDatabase(client: PgClient): Promise<DatabaseFacts> {
  const found = await client.query<{
    tables: ListedTable[];
    links: Link[];
    sequences: ListedSequence[];
  }>(`select ${tablesSql} as tables, ${linksSql} as links, ${sequencesSql} as sequences`);
  const { tables, links, sequences } = found.rows[0] ?? { tables: [], links: [], sequences: [] };
  const contents = await readContents(client, tables, sequences);
  const treeOf = findTrees(tables, links);
  return {
    tables: tables.map((table) => ({
      ...table,
      tree: treeOf(table.relid),
      hasRows: contents.filled.has(table.relid),
    })),
    sequences: sequences.flatMap((sequence) => {
      const state = contents.states.get(sequence.relid);
      return state === undefined ? [] : [{ ...sequence, ...state }];
    }),
  };
}

export function qualifiedName(object: { readonly schema: string; readonly name: string }): string {
  return `${quoteName(object.schema)}.${quoteName(object.name)}`;
}

type ListedTable = Omit<TableFacts, "hasRows" | "tree">;
type ListedSequence = Omit<SequenceFacts, "lastValue" | "isCalled">;

interface Contents {
  readonly filled: ReadonlySet<number>;
  readonly states: ReadonlyMap<number, SequenceState>;
}

interface Link {
  readonly child: number;
  readonly parent: number;
}

const ownSchemas = `('pg_catalog', 'information_schema', 'pg_toast', 'shakedown_undo', 'shakedown_seed')`;

const keySql = `coalesce((
  select json_agg(json_build_object('name', a.attname, 'operator', 'operator(' || quote_ident(s.nspname) || '.' || o.oprname || ')') order by k.position)
  from (
    select i.* from pg_catalog.pg_index i
    where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
      and not exists (
        select from unnest(i.indkey[0:i.indnkeyatts - 1]) n(attnum)
        join pg_catalog.pg_attribute x on x.attrelid = c.oid and x.attnum = n.attnum where not x.attnotnull)
    order by i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1
  ) i
  cross join lateral unnest(i.indkey[0:i.indnkeyatts - 1], i.indclass[0:i.indnkeyatts - 1]) with ordinality k(attnum, opclass, position)
  join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
  join pg_catalog.pg_opclass p on p.oid = k.opclass
  join pg_catalog.pg_amop m on m.amopfamily = p.opcfamily and m.amoplefttype = p.opcintype and m.amoprighttype = p.opcintype and m.amopstrategy = 3
  join pg_catalog.pg_operator o on o.oid = m.amopopr
  join pg_catalog.pg_namespace s on s.oid = o.oprnamespace
), '[]')`;

const tablesSql = `coalesce((
  select json_agg(json_build_object(
    'relid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'isPartition', c.relispartition,
    'inherits', exists (select from pg_catalog.pg_inherits h where c.oid in (h.inhrelid, h.inhparent)),
    'columns', coalesce((
      select json_agg(json_build_object('name', a.attname, 'generated', a.attgenerated) order by a.attnum)
      from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),
    'key', ${keySql},
    'alwaysFires', coalesce((
      select json_agg(fires.name) from (
        select t.tgname as name from pg_catalog.pg_trigger t
        where t.tgrelid = c.oid and t.tgenabled in ('A', 'R') and t.tgname not like '~shakedown\\_%'
        union all
        select r.rulename from pg_catalog.pg_rewrite r where r.ev_class = c.oid and r.ev_enabled in ('A', 'R')
      ) fires), '[]')
  ) order by c.oid)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't' and n.nspname not in ${ownSchemas} and n.nspname not like 'pg\\_temp%'
), '[]')`;

const linksSql = `coalesce((
  select json_agg(json_build_object('child', h.inhrelid::bigint, 'parent', h.inhparent::bigint)) from pg_catalog.pg_inherits h
), '[]')`;

const sequencesSql = `coalesce((
  select json_agg(json_build_object('relid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'cache', s.seqcache) order by c.oid)
  from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relpersistence <> 't' and n.nspname not in ${ownSchemas} and n.nspname not like 'pg\\_temp%'
), '[]')`;

type SequenceState = Pick<SequenceFacts, "lastValue" | "isCalled">;

async function readContents(
  client: PgClient,
  tables: readonly ListedTable[],
  sequences: readonly ListedSequence[],
): Promise<Contents> {
  const probes = tables
    .filter((table) => table.kind === "r")
    .map(
      (table) =>
        `select ${table.relid}::bigint where exists (select from only ${qualifiedName(table)})`,
    );
  const states = sequences.map(
    (sequence) =>
      `select ${sequence.relid}::bigint, last_value::text, is_called from ${qualifiedName(sequence)}`,
  );
  const answer = await client.query<{
    relids: number[];
    states: { relid: number; lastValue: string; isCalled: boolean }[];
  }>(
    `select
      coalesce((select json_agg(relid) from (${unionOf(probes, "select 0::bigint where false")}) filled(relid)), '[]') as relids,
      coalesce((select json_agg(json_build_object('relid', relid, 'lastValue', last_value, 'isCalled', is_called))
        from (${unionOf(states, "select 0::bigint, '', false where false")}) states(relid, last_value, is_called)), '[]') as states`,
  );
  const row = answer.rows[0];
  return {
    filled: new Set(row?.relids),
    states: new Map(row?.states.map(({ relid, ...state }) => [relid, state])),
  };
}

function unionOf(selects: readonly string[], nothing: string): string {
  return selects.length === 0 ? nothing : selects.join(" union all ");
}

/** The topmost parent of each table; the lowest object number where a table inherits from several. */
function findTrees(
  tables: readonly { readonly relid: number }[],
  links: readonly Link[],
): (relid: number) => number {
  const group = new Map(tables.map((table) => [table.relid, table.relid]));
  const find = (relid: number): number => {
    let top = relid;
    for (let next = group.get(top) ?? top; next !== top; next = group.get(top) ?? top) top = next;
    return top;
  };
  for (const { child, parent } of links) {
    if (group.has(child) && group.has(parent)) group.set(find(child), find(parent));
  }
  return find;
}
