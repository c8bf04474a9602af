import type { PgResult } from "./driver.ts";
import { quoteName } from "./driver.ts";

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export interface ForeignKey {
  readonly name: string;
  readonly from: TableName;
  readonly columns: readonly string[];
  readonly to: TableName;
  readonly references: readonly string[];
  readonly deferrable: boolean;
}

/** A table as SQL wants it written; short where it is in `public`. */
export function tableText(table: TableName): string {
  return table.schema === "public"
    ? quoteName(table.name)
    : `${quoteName(table.schema)}.${quoteName(table.name)}`;
}

interface Queryable {
  query<Row>(text: string): Promise<PgResult<Row>>;
}

/** All tables of the application that hold rows of their own or by their partitions. */
export async function readTables(client: Queryable): Promise<readonly TableName[]> {
  const found = await client.query<TableName>(`
    select n.nspname as schema, c.relname as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't' and ${ofTheApplication}
    order by 1, 2`);
  return found.rows;
}

export async function readForeignKeys(client: Queryable): Promise<readonly ForeignKey[]> {
  const found = await client.query<{ keys: ForeignKey[] }>(`
    select coalesce(json_agg(json_build_object(
      'name', k.conname, 'deferrable', k.condeferrable,
      'from', json_build_object('schema', n.nspname, 'name', c.relname),
      'columns', (select json_agg(a.attname order by u.place) from unnest(k.conkey) with ordinality u(attnum, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
      'to', json_build_object('schema', tn.nspname, 'name', tc.relname),
      'references', (select json_agg(a.attname order by u.place) from unnest(k.confkey) with ordinality u(attnum, place)
        join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum)
    ) order by n.nspname, c.relname, k.conname), '[]') as keys
    from pg_catalog.pg_constraint k
    join pg_catalog.pg_class c on c.oid = k.conrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_class tc on tc.oid = k.confrelid join pg_catalog.pg_namespace tn on tn.oid = tc.relnamespace
    where k.contype = 'f' and k.conparentid = 0 and not c.relispartition and ${ofTheApplication}`);
  return found.rows[0]?.keys ?? [];
}

export interface DeletionOrder {
  /** Whoever refers to others comes before them. */
  readonly tables: readonly TableName[];
  /** Tables that refer to each other in a circle: no order suits them. */
  readonly cycles: readonly (readonly TableName[])[];
}

/** Sorts tables so that deleting in this order breaks no foreign key. A table that refers to itself is no circle. */
export function deletionOrder(
  tables: readonly TableName[],
  keys: readonly ForeignKey[],
): DeletionOrder {
  const nameOf = (table: TableName): string => JSON.stringify([table.schema, table.name]);
  const byName = new Map(tables.map((table) => [nameOf(table), table]));
  const references = new Map(tables.map((table) => [nameOf(table), new Set<string>()]));
  for (const key of keys) {
    if (nameOf(key.from) !== nameOf(key.to) && byName.has(nameOf(key.to)))
      references.get(nameOf(key.from))?.add(nameOf(key.to));
  }
  const components = stronglyConnected(references);
  const toTables = (names: readonly string[]): TableName[] =>
    names.flatMap((name) => byName.get(name) ?? []);
  // Components come out with what is referred to first.
  return {
    tables: toTables(components.toReversed().flat()),
    cycles: components.filter((component) => component.length > 1).map(toTables),
  };
}

const ofTheApplication = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'shakedown_undo', 'shakedown_seed') and n.nspname not like 'pg\\_temp%'`;

/** Tarjan's algorithm. */
function stronglyConnected(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string): void => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) ?? own, low.get(next) ?? own));
    }
    if (low.get(node) === own) found.push(stack.splice(stack.indexOf(node)));
  };
  for (const node of edges.keys()) if (!index.has(node)) visit(node);
  return found;
}
