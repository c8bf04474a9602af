import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../../../errors/shakedown-error.ts";
import type { ResetOutcome, TouchedTable } from "../../../isolation/lease.ts";
import { columnList, inDatabase, schemaQuery } from "../catalogue.ts";
import { type MysqlClient, openMysql } from "../driver.ts";
import {
  checksumQuery,
  contentQuery,
  copiesOf,
  countersQuery,
  dropLevels,
  filledQuery,
  type Level,
  type LevelTable,
  readLevel,
  resetSettings,
  schemaText,
  takeLevel,
  toChecksums,
} from "./baseline.ts";

/** Brings a slot's database back. */
export interface Resetter {
  reset(level: number): Promise<ResetOutcome>;
  mark(level: number): Promise<void>;
  touched(level: number): Promise<readonly TouchedTable[]>;
  /** Makes the present state level 0. */
  rebase(): Promise<void>;
  close(): Promise<void>;
}

export interface ResetterOptions {
  readonly database: string;
  readonly budgetMs?: number;
}

/** No such table, no such column. */
const schemaErrors: ReadonlySet<number | undefined> = new Set([1146, 1054]);

/** Triggers of the application fire while rows are put back, and may write elsewhere: so many looks, then the slot is replaced. */
const mostRounds = 4;

/**
 * Empties the tables that differ from the level, puts its rows back from copies, and sets counters back. What differs is
 * found by looking: whether an empty table has a row now, and the checksum of a filled one.
 */
export async function openDeleteResetter(
  url: string,
  { database, budgetMs = 2000 }: ResetterOptions,
): Promise<Resetter> {
  const client = await openMysql(url, { settings: resetSettings });
  let levels: Level[] = [await readLevel(client, database, 0)];
  const levelOf = (level: number): Level => levels[Math.min(level, levels.length - 1)] as Level;

  async function reset(level: number): Promise<ResetOutcome> {
    if (levels.length > level + 1) {
      levels = levels.slice(0, level + 1);
      await dropLevels(client, database, level + 1);
    }
    const target = levelOf(level);
    const touched = new Map<string, number>();
    for (let round = 1; round <= mostRounds; round += 1) {
      const seen = await differences(client, database, target);
      if (seen === "schema") {
        return {
          kind: "retire",
          reason: "the schema was changed",
          touched: [...touched].map(([name, rows]) => ({ name, rows })),
        };
      }
      if (seen.length === 0) {
        const told = [...touched].map(([name, rows]) => ({ name, rows }));
        return told.length === 0 ? { kind: "clean" } : { kind: "restored", touched: told };
      }
      for (const { name, rows } of await restore(client, database, seen))
        touched.set(name, touched.get(name) ?? rows);
    }
    return {
      kind: "retire",
      reason: "triggers change what is put back",
      touched: [...touched].map(([name, rows]) => ({ name, rows })),
    };
  }

  return {
    reset: (level) => withRetries(budgetMs, () => reset(level)),
    async mark(level) {
      levels = levels.slice(0, level);
      while (levels.length < level) levels.push(levels.at(-1) as Level);
      levels.push(await takeLevel(client, database, level));
    },
    async touched(level) {
      const seen = await differences(client, database, levelOf(level));
      if (seen === "schema") return [];
      return seen.map(({ table }) => ({ name: table.name, rows: 1 }));
    },
    async rebase() {
      levels = [await takeLevel(client, database, 0)];
    },
    close: () => client.end(),
  };
}

interface Difference {
  readonly table: LevelTable;
  /** False where only the counter has moved. */
  readonly rows: boolean;
}

/** One round trip, whatever a test has done. */
async function differences(
  client: MysqlClient,
  database: string,
  { schema, tables }: Level,
): Promise<readonly Difference[] | "schema"> {
  const filled = tables.filter(({ rows }) => rows !== undefined);
  const empty = tables.filter(({ rows }) => rows === undefined);
  const looked = await client
    .batch([
      schemaQuery(database),
      countersQuery(database),
      checksumQuery(database, filled),
      filledQuery(database, empty),
      contentQuery(database, filled),
    ])
    .catch((error: { readonly errno?: number }) => {
      if (!schemaErrors.has(error.errno)) throw error;
      return [];
    });
  const [shape, counters, summed, found, content] = looked;
  if (schemaText(shape?.rows ?? []) !== schema) return "schema";
  const checksums = toChecksums(summed?.rows ?? [], content?.rows ?? []);
  const isFilled = new Set(found?.rows.map(({ name }) => String(name)));
  const counterOf = new Map(
    counters?.rows.map(({ name, counter }) => [
      String(name),
      counter === null ? null : Number(counter),
    ]),
  );
  return tables.flatMap((table): Difference[] => {
    const rows =
      table.rows === undefined
        ? isFilled.has(table.name)
        : checksums.get(table.name) !== table.rows.checksum;
    if (rows) return [{ table, rows: true }];
    return counterOf.get(table.name) === table.autoIncrement ? [] : [{ table, rows: false }];
  });
}

async function restore(
  client: MysqlClient,
  database: string,
  found: readonly Difference[],
): Promise<readonly TouchedTable[]> {
  const changed = found.filter(({ rows }) => rows);
  const deleted = await client.batch([
    "start transaction",
    ...changed.map(({ table }) => `delete from ${inDatabase(database, table.name)}`),
    ...changed.flatMap(({ table }) => refill(database, table)),
    "commit",
  ]);
  await client.batch(
    found.flatMap(({ table: { name, autoIncrement } }) =>
      autoIncrement === null
        ? []
        : [`alter table ${inDatabase(database, name)} auto_increment = ${autoIncrement}`],
    ),
  );
  return changed.map(({ table }, index) => ({
    name: table.name,
    rows: deleted[index + 1]?.affectedRows ?? 0,
  }));
}

function refill(database: string, table: LevelTable): readonly string[] {
  if (table.rows === undefined) return [];
  const columns = columnList(table);
  const copy = inDatabase(copiesOf(database), table.rows.copy);
  return [
    `insert into ${inDatabase(database, table.name)} (${columns}) select ${columns} from ${copy}`,
  ];
}

/** The application may hold a row for a moment: the reset is the one that gives way, and tries again. */
async function withRetries(
  budgetMs: number,
  work: () => Promise<ResetOutcome>,
): Promise<ResetOutcome> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { errno } = error as { readonly errno?: number };
      // Lock wait time-out, deadlock.
      if (errno !== 1205 && errno !== 1213) throw error;
      const waitedMs = performance.now() - startedMs;
      if (waitedMs > budgetMs) {
        throw new ShakedownError(
          "RESET_BLOCKED",
          `the database could not be reset, because a transaction held its tables for ${Math.round(waitedMs)} ms`,
          {
            hint: "Let the application commit or roll back before the test ends, or await what it does in the background.",
            cause: error,
          },
        );
      }
      await sleep(10);
    }
  }
}
