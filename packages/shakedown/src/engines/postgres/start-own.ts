import type { RunningService, StartContext } from "../engine.ts";
import { type ParsedOptions, resetOptions } from "./options.ts";
import type { Installation } from "./provider/installation.ts";
import { openServer } from "./server/open-server.ts";
import { routeLog } from "./server/route-log.ts";
import { startOnServer } from "./start-on-server.ts";

/** A server of our own from programs of this machine. */
export async function startOwn(
  context: StartContext,
  options: ParsedOptions,
  installation: Installation,
): Promise<Omit<RunningService, "provider">> {
  const canUndo = resetOptions(options, context.service.per).way === "undo";
  const log = routeLog(context.log);
  const opened = await openServer({ context, options, installation, canUndo, onLine: log.onLine });
  let isStopping = false;
  return startOnServer(context, options, {
    ...opened,
    host: "127.0.0.1",
    port: opened.server.port,
    log,
    died: opened.server.process.exited.then(({ code, signal }) => {
      if (isStopping) return new Promise<never>(() => {});
      const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
      return { how, logTail: context.log.tail(20) };
    }),
    async stop() {
      isStopping = true;
      await opened.stop();
    },
  });
}
