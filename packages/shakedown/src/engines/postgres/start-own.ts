import type { RunningService, StartContext } from "../engine.ts";
import { defaultPattern, fillPattern } from "../database-name.ts";
import { type ParsedOptions, resetOptions } from "./options.ts";
import type { Installation } from "./provider/installation.ts";
import { cloneDatabase } from "./server/databases.ts";
import { nameRules } from "./name-rules.ts";
import { openServer } from "./server/open-server.ts";
import { routeLog } from "./server/route-log.ts";
import { leaseControl, openSlotDatabases, seal } from "./slot-databases.ts";

/** A server of our own from programs of this machine, with a database for each slot. */
export async function startOwn(
  context: StartContext,
  options: ParsedOptions,
  installation: Installation,
): Promise<Omit<RunningService, "provider">> {
  const { service } = context;
  const reset = resetOptions(options, service.per);
  const canUndo = reset.way === "undo";
  const log = routeLog(context.log);
  const opened = await openServer({ context, options, installation, canUndo, onLine: log.onLine });
  const { server, control, template } = opened;
  const outputs = (database: string) => ({
    url: opened.userUrl(database),
    host: "127.0.0.1",
    port: String(server.port),
    user: options.user,
    password: opened.userPassword,
    database,
  });
  const pattern = options.name ?? defaultPattern(service.name, service.per);
  const fileCopy = installation.version.major >= 15;
  let isStopping = false;
  const common = {
    note: opened.note,
    died: server.process.exited.then(({ code, signal }) => {
      if (isStopping) return new Promise<never>(() => {});
      const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
      return { how, logTail: context.log.tail(20) };
    }),
    async stop() {
      isStopping = true;
      await opened.stop();
    },
  };
  if (service.per === "run") {
    const database = fillPattern(pattern, { slot: 0, generation: 0 }, nameRules);
    await cloneDatabase(control, { template, database, owner: options.user, fileCopy });
    await seal(opened.controlUrl(database), reset);
    return {
      ...common,
      outputs: outputs(database),
      control: leaseControl(opened.controlUrl(database), reset),
    };
  }
  const slots = openSlotDatabases(control, {
    template,
    owner: options.user,
    reset,
    controlUrl: opened.controlUrl,
    outputs,
    nameOf: (slot, generation) => fillPattern(pattern, { slot, generation }, nameRules),
    fileCopy,
    onDatabase: log.onDatabase,
  });
  return { ...common, outputs: outputs("postgres"), control: {}, lease: slots.lease };
}
