import type { JsonValue } from "../../errors/shakedown-error.ts";
import type { Outputs } from "../../stack/references.ts";
import type { RunningLease, SlotContext } from "../engine.ts";
import { takeTurns } from "../take-turns.ts";
import { copyDatabase, dropDatabase } from "./copy-database.ts";
import { type MysqlClient, openMysql } from "./driver.ts";
import { copiesOf, resetSettings, takeLevel } from "./isolate/baseline.ts";
import type { ResetWay } from "./options.ts";

export interface SlotDatabasesOptions {
  readonly template: string;
  readonly reset: ResetWay;
  /** With the rights to make databases. */
  readonly controlUrl: (database: string) => string;
  readonly outputs: (database: string) => Outputs;
  readonly nameOf: (slot: number, generation: number) => string;
}

export interface SlotDatabases {
  lease(context: Pick<SlotContext, "slot" | "generation" | "signal">): Promise<RunningLease>;
  /** Waits for drops that are under way; for servers that live on. */
  settle(): Promise<void>;
}

/** More than two at once slow each other down. */
const copiesAtOnce = 2;

/** A copy of the template for each slot, which keeps its name and its connections as long as the slot is not retired. */
export function openSlotDatabases(
  control: MysqlClient,
  options: SlotDatabasesOptions,
): SlotDatabases {
  const { template, reset, controlUrl } = options;
  const inTurn = takeTurns(copiesAtOnce);
  const ending = new Set<Promise<void>>();

  async function drop(database: string): Promise<void> {
    await dropDatabase(control, database);
    await dropDatabase(control, copiesOf(database));
  }

  function dropLater(database: string): void {
    const ended = inTurn(() => drop(database)).catch(() => {
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
        await drop(database);
        await copyDatabase({ templateUrl: controlUrl(template), template, database });
      });
      const outputs = options.outputs(database);
      return {
        outputs,
        control: leaseControl(controlUrl(database), reset),
        seal: () => seal(controlUrl(database), { database, reset }),
        release() {
          dropLater(database);
          return Promise.resolve();
        },
        setAside: () => Promise.resolve(clientCommand(outputs)),
      };
    },
    async settle() {
      await Promise.all(ending);
    },
  };
}

export function leaseControl(
  controlUrl: string,
  reset: ResetWay,
): Readonly<Record<string, JsonValue>> {
  return { controlUrl, reset };
}

/** Whatever services of the slot made when they started, a schema or an admin's row, is part of what tests find. */
export async function seal(
  controlUrl: string,
  { database, reset }: { readonly database: string; readonly reset: ResetWay },
): Promise<void> {
  if (reset === "none") return;
  const client = await openMysql(controlUrl, { settings: resetSettings });
  try {
    await takeLevel(client, database, 0);
  } finally {
    await client.end();
  }
}

function clientCommand({ host, port, user, password, database }: Outputs): string {
  return `mysql --protocol=tcp -h ${host} -P ${port} -u ${user} '-p${password}' ${database}`;
}
