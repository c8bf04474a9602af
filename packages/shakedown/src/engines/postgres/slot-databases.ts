import { openPgClient, type PgClient, quoteName } from "./driver.ts";
import type { JsonValue } from "../../errors/shakedown-error.ts";
import type { Outputs } from "../../stack/references.ts";
import type { RunningLease, SlotContext } from "../engine.ts";
import { sealBaseline } from "./isolate/baseline.ts";
import type { ResetOptions } from "./options.ts";
import { cloneDatabase, cloneRepairs, dropDatabase } from "./server/databases.ts";
import { takeTurns } from "../take-turns.ts";

export interface SlotDatabasesOptions {
  readonly template: string;
  readonly owner: string;
  readonly reset: ResetOptions;
  readonly controlUrl: (database: string) => string;
  readonly outputs: (database: string) => Outputs;
  readonly nameOf: (slot: number, generation: number) => string;
  readonly fileCopy: boolean;
  /** Before the database is handed out. */
  readonly afterMake?: (client: PgClient, database: string) => Promise<void>;
  /** Told which database belongs to which slot, or to none any more. */
  readonly onDatabase: (database: string, slot: number | undefined) => void;
}

export interface SlotDatabases {
  lease(context: SlotContext): Promise<RunningLease>;
  /** Waits for drops that are under way; for servers that live on. */
  settle(): Promise<void>;
}

/** Copies read and write the same folder tree: more than two at once slow each other down. */
const clonesAtOnce = 2;

/** A copy of the template for each slot, which keeps its name and its connections as long as the slot is not retired. */
export function openSlotDatabases(control: PgClient, options: SlotDatabasesOptions): SlotDatabases {
  const inTurn = takeTurns(clonesAtOnce);
  const ending = new Set<Promise<void>>();
  let repairs: ReturnType<typeof cloneRepairs> | undefined;

  async function make(database: string): Promise<void> {
    repairs ??= cloneRepairs(control, options.template);
    const statements = (await repairs)(database);
    const { template, owner, fileCopy } = options;
    // A connection of its own: a copy takes long enough to hold up the next one.
    const client = await openPgClient(options.controlUrl("postgres"), {
      applicationName: "shakedown",
    });
    try {
      await dropDatabase(client, database);
      await cloneDatabase(client, { template, database, owner, fileCopy });
      for (const statement of statements) await client.query(statement);
      await options.afterMake?.(client, database);
    } finally {
      await client.end();
    }
  }

  function dropLater(database: string): void {
    const ended = inTurn(() => dropDatabase(control, database)).catch(() => {
      // The server is going down, and its data with it; or the next start sweeps it.
    });
    ending.add(ended);
    void ended.then(() => ending.delete(ended));
  }

  return {
    async lease({ slot, generation, signal }) {
      const database = options.nameOf(slot, generation);
      await inTurn(async () => {
        signal.throwIfAborted();
        await make(database);
      });
      options.onDatabase(database, slot);
      const outputs = options.outputs(database);
      return {
        outputs,
        control: leaseControl(options.controlUrl(database), options.reset),
        seal: () => seal(options.controlUrl(database), options.reset),
        release() {
          options.onDatabase(database, undefined);
          dropLater(database);
          return Promise.resolve();
        },
        setAside: () => Promise.resolve(`psql '${outputs["url"] ?? quoteName(database)}'`),
      };
    },
    async settle() {
      await Promise.all(ending);
    },
  };
}

export function leaseControl(
  controlUrl: string,
  reset: ResetOptions,
): Readonly<Record<string, JsonValue>> {
  return {
    controlUrl,
    reset: reset.way,
    sequences: reset.sequences,
    rowBudget: reset.rowBudget,
    resetBudgetMs: reset.budgetMs,
  };
}

/**
 * Whatever services of the slot made when they started, a schema or an admin's row, is part of what tests find.
 * The other ways look at the database when a worker first connects.
 */
export async function seal(
  controlUrl: string,
  { way, rowBudget, sequences }: ResetOptions,
): Promise<void> {
  if (way !== "undo") return;
  const client = await openPgClient(controlUrl, { applicationName: "shakedown" });
  try {
    await sealBaseline(client, { rowBudget, sequences });
  } finally {
    await client.end();
  }
}
