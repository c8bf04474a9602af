import { DatabaseError } from "pg";
import { assignments, type Queryable } from "../database.ts";
import { conflict, notFound } from "../http/errors.ts";

export interface TableOptions {
  readonly name: string;
  /** What a row is called in messages: `Camera`. */
  readonly kind: string;
  /** @default "id" */
  readonly key?: string;
  /** Columns of type jsonb: without this, the driver would take a list for an array of PostgreSQL's. */
  readonly json?: readonly string[];
  /** Whether a change sets `updated_at`. */
  readonly isDated?: boolean;
  /** The field that each unique constraint guards. */
  readonly unique?: Readonly<Record<string, string>>;
  /** What each foreign key points at: kind and field. */
  readonly references?: Readonly<Record<string, readonly [kind: string, field: string]>>;
}

export type Fields = Readonly<Record<string, unknown>>;

/** What every table needs; a repository adds what is its own. */
export function table<Row>(database: Queryable, options: TableOptions) {
  const { name, key = "id", json = [], isDated = false } = options;
  const toColumns = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([column, value]) => [
        column,
        json.includes(column) && value !== undefined && value !== null
          ? JSON.stringify(value)
          : value,
      ]),
    );

  const find = async (id: string | number): Promise<Row | undefined> => {
    const { rows } = await database.query(`select * from ${name} where ${key} = $1`, [id]);
    return rows[0] as Row | undefined;
  };

  return {
    find,

    /** @throws a 409 when something is taken, a 404 when something that it points at does not exist */
    async insert(fields: Fields): Promise<Row> {
      const given = Object.entries(toColumns(fields)).filter(([, value]) => value !== undefined);
      const { rows } = await explained(options, fields, () =>
        database.query(
          `insert into ${name} (${given.map(([column]) => column).join(", ")})
           values (${given.map((_, index) => `$${index + 1}`).join(", ")}) returning *`,
          given.map(([, value]) => value),
        ),
      );
      return rows[0] as Row;
    },

    /**
     * Changes the fields that are given. A change of nothing gives the row as it is.
     *
     * @throws a 409 when something is taken, a 404 when something that it points at does not exist
     */
    async update(id: string | number, changes: Fields): Promise<Row | undefined> {
      const { set, values } = assignments(toColumns(changes));
      if (set === "") return await find(id);
      const { rows } = await explained(options, changes, () =>
        database.query(
          `update ${name} set ${set}${isDated ? ", updated_at = now()" : ""}
           where ${key} = $${values.length + 1} returning *`,
          [...values, id],
        ),
      );
      return rows[0] as Row | undefined;
    },

    async remove(id: string | number): Promise<boolean> {
      const { rowCount } = await database.query(`delete from ${name} where ${key} = $1`, [id]);
      return rowCount === 1;
    },

    async count(): Promise<number> {
      const { rows } = await database.query<{ count: number }>(
        `select count(*)::int as count from ${name}`,
      );
      return rows[0]?.count ?? 0;
    },
  };
}

/** Says what a constraint stands for. */
async function explained<Result>(
  { kind, unique = {}, references = {} }: TableOptions,
  fields: Fields,
  statement: () => Promise<Result>,
): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    const constraint = error instanceof DatabaseError ? (error.constraint ?? "") : "";
    const field = unique[constraint];
    if (field !== undefined)
      throw conflict(`${kind} with ${field} '${String(fields[field])}' already exists`);
    const reference = references[constraint];
    if (reference !== undefined) throw notFound(reference[0], String(fields[reference[1]]));
    throw error;
  }
}
