import type { Outputs } from "../../stack/references.ts";
import { defaultPattern, fillPattern } from "../database-name.ts";
import type { RunningService, StartContext } from "../engine.ts";
import type { MysqlClient } from "./driver.ts";
import { nameRules } from "./name-rules.ts";
import { type ParsedOptions, resetWay } from "./options.ts";
import { leaseControl, openSlotDatabases } from "./slot-databases.ts";

export interface ReadyServer {
  readonly control: MysqlClient;
  readonly controlUrl: (database: string) => string;
  readonly userUrl: (database: string) => string;
  readonly template: string;
  readonly note: string;
  /** Keeps those apart who share a server. */
  readonly owner?: string;
  readonly died: NonNullable<RunningService["died"]>;
  /** After all databases of slots were dropped, where the server lives on. */
  stop(): Promise<void>;
}

/** What every provider comes to: a database for each slot, or one for the run, on a server with a template. */
export async function startOnServer(
  context: StartContext,
  options: ParsedOptions,
  server: ReadyServer,
): Promise<Omit<RunningService, "provider">> {
  const { service, signal } = context;
  const reset = resetWay(options, service.per);
  const pattern = options.name ?? defaultPattern(service.name, service.per);
  const { owner } = server;
  const slots = openSlotDatabases(server.control, {
    template: server.template,
    reset,
    controlUrl: server.controlUrl,
    outputs: (database) => outputsOf(server.userUrl(database)),
    nameOf: (slot, generation) =>
      fillPattern(
        pattern,
        { slot, generation, ...(owner === undefined ? {} : { owner }) },
        nameRules,
      ),
  });
  const common = { note: server.note, died: server.died };
  const stop = async (): Promise<void> => {
    if (owner !== undefined) await slots.settle();
    await server.stop();
  };
  if (service.per === "run") {
    const only = await slots.lease({ slot: 0, generation: 0, signal });
    await only.seal?.();
    return {
      ...common,
      outputs: only.outputs,
      control: only.control,
      async stop() {
        await only.release();
        await stop();
      },
    };
  }
  return {
    ...common,
    outputs: outputsOf(server.userUrl("mysql")),
    control: leaseControl(server.controlUrl("mysql"), reset),
    lease: slots.lease,
    stop,
  };
}

export function outputsOf(url: string): Outputs {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    url,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? "3306" : port,
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}
