import { ShakedownError } from "../errors/shakedown-error.ts";
import { actOnService } from "./act-on-service.ts";
import type { Routes } from "./json-server.ts";
import type { Places } from "./places.ts";
import type { SupervisorInfo, SupervisorStatus } from "./protocol.ts";
import { pageRoute } from "./page-route.ts";
import { providersOf } from "./providers-of.ts";
import { readLogs } from "./read-logs.ts";
import { readRequest } from "./read-request.ts";
import type { EndedBecause } from "./reuse-record.ts";
import type { Rooms } from "./rooms.ts";
import { secretsOf } from "./secrets-of.ts";
import { sharesOf } from "./shares.ts";
import type { SessionService } from "./serve-sessions.ts";

export interface RoutesOptions {
  readonly places: Places;
  readonly rooms: Rooms;
  readonly service: SessionService;
  readonly info: () => SupervisorInfo & { readonly stopping: boolean };
  readonly status: () => Promise<SupervisorStatus>;
  /** Begins to stop, with everything that runs. */
  readonly stop: (because: EndedBecause, reason: string) => void;
  /** Stops unless somebody has come. */
  readonly leave: () => void;
}

/** Everything that may be asked of the supervisor. */
export function routes({
  places,
  rooms,
  service,
  info,
  status,
  stop,
  leave,
}: RoutesOptions): Routes {
  const page = pageRoute({ places, rooms, status });
  return {
    "GET /": info,
    "GET /status": status,
    "GET /logs": async ({ query }) => {
      for (const room of await rooms.all()) room.flushLogs();
      return { logs: await readLogs(places.logs, logQuery(query)) };
    },
    "GET /services/:service/shares": async ({ at }) => ({
      shares: await sharesOf(await rooms.all(), service, at["service"] ?? ""),
    }),
    "GET /services/:service/providers": async ({ at }) => ({
      providers: await providersOf(await rooms.all(), at["service"] ?? ""),
    }),
    "GET /secrets": async () => ({ secrets: secretsOf(await rooms.all()) }),
    "POST /page": async ({ body, response }) => {
      await page(body, response);
      return undefined;
    },
    "POST /stop": ({ body }) => {
      const { by = "another command", because = "down" } = readRequest.stop(body);
      setImmediate(() => stop(because, `it was stopped by ${by}`));
      return {};
    },
    "POST /leave": () => {
      setImmediate(leave);
      return {};
    },
    "POST /services/:service/:action": async ({ at, query }) => {
      service.forgetFailures();
      return actOnService(await rooms.all(), at["service"] ?? "", {
        action: readRequest.action(at["action"]),
        ...(query.has("slot") ? { slot: Number(query.get("slot")) } : {}),
      });
    },
    "POST /sessions": async ({ body, response }) => {
      await service.open(readRequest.openSession(body), response);
      return undefined;
    },
    "POST /sessions/:session/start": async ({ at, body }) => {
      await service.start(at["session"] ?? "", readRequest.startServices(body).services);
      return {};
    },
    "POST /sessions/:session/close": ({ at }) => {
      service.close(at["session"] ?? "");
      return {};
    },
    "POST /sessions/:session/slots": ({ at, body }) =>
      service.borrow(at["session"] ?? "", readRequest.borrowSlot(body)),
    "POST /sessions/:session/slots/:slot/return": ({ at }) => {
      service.giveBack(at["session"] ?? "", at["slot"] ?? "");
      return {};
    },
    "POST /sessions/:session/slots/:slot/rest": ({ at }) => {
      service.rest(at["session"] ?? "", at["slot"] ?? "");
      return {};
    },
    "GET /sessions/:session/slots/:slot/changes": ({ at, query }) =>
      service.changes(at["session"] ?? "", at["slot"] ?? "", Number(query.get("since") ?? 0)),
    "POST /sessions/:session/slots/:slot/retire": ({ at, body }) =>
      service.retire(at["session"] ?? "", at["slot"] ?? "", readRequest.retireSlot(body)),
    "POST /sessions/:session/slots/:slot/restart/:service": ({ at }) =>
      service.restart(at["session"] ?? "", at["slot"] ?? "", at["service"] ?? ""),
    "POST /sessions/:session/slots/:slot/pause/:service": ({ at }) =>
      service.pause(at["session"] ?? "", at["slot"] ?? "", at["service"] ?? ""),
    "POST /sessions/:session/restart/:service": ({ at }) => {
      throw new ShakedownError(
        "TEST_SETUP",
        `${at["service"]} is shared by the whole run; a test cannot restart it under the others`,
        { hint: `Give each worker its own: ${at["service"]}: …({ per: "slot" })` },
      );
    },
  };
}

function logQuery(query: URLSearchParams): Parameters<typeof readLogs>[1] {
  const number = (name: string): number | undefined =>
    query.has(name) ? Number(query.get(name)) : undefined;
  const entries = {
    service: query.get("service") ?? undefined,
    slot: number("slot"),
    sinceEpochMs: number("sinceEpochMs"),
    untilEpochMs: number("untilEpochMs"),
    tail: number("tail"),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
