import type { Death, RunningService, StartContext } from "../engine.ts";
import { defaultPattern, fillPattern } from "../database-name.ts";
import { nameRules } from "./name-rules.ts";
import { type ParsedOptions, resetOptions } from "./options.ts";
import { cloneDatabase } from "./server/databases.ts";
import { leaseControl, openSlotDatabases, seal } from "./slot-databases.ts";
import type { PgClient } from "./driver.ts";
import type { LogRoutes } from "./server/route-log.ts";

/** A server of our own with a migrated template, wherever it runs. */
export interface ReadyServer {
  readonly control: PgClient;
  readonly template: string;
  readonly controlUrl: (database: string) => string;
  readonly userUrl: (database: string) => string;
  readonly userPassword: string;
  readonly host: string;
  readonly port: number;
  readonly log: LogRoutes;
  readonly note: string;
  readonly died: Promise<Death>;
  stop(): Promise<void>;
}

/** A database for each slot, or one for the run. */
export async function startOnServer(
  { service }: StartContext,
  options: ParsedOptions,
  server: ReadyServer,
): Promise<Omit<RunningService, "provider">> {
  const { control, template, note, died, stop } = server;
  const reset = resetOptions(options, service.per);
  const outputs = (database: string) => ({
    url: server.userUrl(database),
    host: server.host,
    port: String(server.port),
    user: options.user,
    password: server.userPassword,
    database,
  });
  const pattern = options.name ?? defaultPattern(service.name, service.per);
  const common = { note, died, stop };
  // Every server that we start is one that knows this way.
  const fileCopy = true;
  if (service.per === "run") {
    const database = fillPattern(pattern, { slot: 0, generation: 0 }, nameRules);
    await cloneDatabase(control, { template, database, owner: options.user, fileCopy });
    await seal(server.controlUrl(database), reset);
    return {
      ...common,
      outputs: outputs(database),
      control: leaseControl(server.controlUrl(database), reset),
    };
  }
  const slots = openSlotDatabases(control, {
    template,
    owner: options.user,
    reset,
    controlUrl: server.controlUrl,
    outputs,
    nameOf: (slot, generation) => fillPattern(pattern, { slot, generation }, nameRules),
    fileCopy,
    onDatabase: server.log.onDatabase,
  });
  return { ...common, outputs: outputs("postgres"), control: {}, lease: slots.lease };
}
