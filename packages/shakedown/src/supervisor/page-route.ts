import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { JsonValue } from "../errors/shakedown-error.ts";
import { actOnService } from "./act-on-service.ts";
import type { PageServer } from "./page-server.ts";
import type { RoutesOptions } from "./routes.ts";
import { readLogs } from "./read-logs.ts";
import { secretsOf } from "./secrets-of.ts";

/** The first line of the answer to `POST /page`. */
export interface PageServed {
  readonly url: string;
}

/**
 * `POST /page`: serves the live page until all who asked for it have hung up. What serves it is loaded then: most
 * supervisors never show a page, and their memory is small.
 */
export function pageRoute({
  places,
  rooms,
  status,
}: Pick<RoutesOptions, "places" | "rooms" | "status">): (
  body: JsonValue,
  response: ServerResponse,
) => Promise<void> {
  const readers = new Set<ServerResponse>();
  let serving: Promise<PageServer> | undefined;

  function open(port: number | undefined): Promise<PageServer> {
    const opening = import("./page-server.ts").then(({ openPageServer }) =>
      openPageServer(
        {
          runs: join(places.state, "runs"),
          logFolder: places.logs,
          status,
          logs: async (query) => {
            for (const room of await rooms.all()) room.flushLogs();
            return readLogs(places.logs, query);
          },
          act: async (service, action) => actOnService(await rooms.all(), service, { action }),
          secrets: async () => secretsOf(await rooms.all()),
        },
        port === undefined ? {} : { port },
      ),
    );
    opening.catch(() => (serving = undefined)); // told to whoever asked
    return opening;
  }

  return async (body, response) => {
    const port = (body as { readonly port?: unknown } | null)?.port;
    serving ??= open(typeof port === "number" ? port : undefined);
    const { url } = await serving;
    readers.add(response);
    response.once("close", () => {
      readers.delete(response);
      if (readers.size > 0) return;
      void serving?.then((server) => server[Symbol.asyncDispose]());
      serving = undefined;
    });
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(`${JSON.stringify({ url } satisfies PageServed)}\n`);
  };
}
