import type { RunningService, StartContext } from "../engine.ts";
import { templateName } from "./build-template.ts";
import type { ParsedOptions } from "./options.ts";
import type { MysqlInstallation } from "./server/installation.ts";
import { openServer } from "./server/open-server.ts";
import { startOnServer } from "./start-on-server.ts";

/** A server of our own from programs of this machine. */
export async function startOwn(
  context: StartContext,
  options: ParsedOptions,
  installation: MysqlInstallation,
): Promise<Omit<RunningService, "provider">> {
  const { server, note, stop } = await openServer({ context, options, installation });
  let isStopping = false;
  const stopOnce = async (): Promise<void> => {
    isStopping = true;
    await stop();
  };
  const died = server.process.exited.then(({ code, signal }) => {
    if (isStopping) return new Promise<never>(() => {});
    const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
    return { how, logTail: context.log.tail(20) };
  });
  try {
    return await startOnServer(context, options, {
      ...server,
      template: templateName,
      note,
      died,
      stop: stopOnce,
    });
  } catch (error) {
    await stopOnce();
    throw error;
  }
}
