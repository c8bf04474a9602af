import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { broadcastOver, relayTo } from "./broadcast/broadcaster.ts";
import { createHub } from "./broadcast/hub.ts";
import { attachWebSockets, closeCodes } from "./broadcast/web-sockets.ts";
import { cameraRepository } from "./cameras/repository.ts";
import { cameraRoutes } from "./cameras/routes.ts";
import type { Config } from "./config.ts";
import { openDatabase } from "./database.ts";
import { eventCache } from "./events/cache.ts";
import { eventRepository } from "./events/repository.ts";
import { eventRoutes } from "./events/routes.ts";
import { toErrorResponse } from "./http/errors.ts";
import { logRequests } from "./http/request-log.ts";
import { openRedis } from "./redis.ts";
import type { Services } from "./services.ts";
import { systemRoutes } from "./system/routes.ts";
import { settingsRepository } from "./system/settings.ts";

export interface App extends AsyncDisposable {
  /** The HTTP side alone, as a fetch handler. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** HTTP and WebSockets; call `listen` on it. Closed with the application. */
  readonly server: Server;
}

/** The whole application, ready to answer, in the calling process. Reads no environment and listens nowhere. */
export async function createApp(config: Config): Promise<App> {
  const database = openDatabase(config);
  const redis = openRedis(config.redisUrl, "commands");
  const subscriber = openRedis(config.redisUrl, "subscriber");
  const hub = createHub();
  try {
    await Promise.all([redis.connect(), relayTo(hub, subscriber)]);
  } catch (error) {
    redis.disconnect();
    subscriber.disconnect();
    await database.end();
    throw error;
  }

  const { fetch } = routesOf(config, {
    database,
    cameras: cameraRepository(database),
    events: eventRepository(database),
    settings: settingsRepository(database),
    eventCache: eventCache(redis, config.eventCacheSeconds),
    broadcast: broadcastOver(redis),
    pingRedis: async () => void (await redis.ping()),
    connectedSockets: () => hub.connected(),
  });
  const server = createAdaptorServer({ fetch }) as Server;
  attachWebSockets(server, { hub, idleMs: config.live.sockets.idleMs });

  return {
    fetch: (request) => fetch(request),
    server,
    async [Symbol.asyncDispose]() {
      hub.closeAll(closeCodes.goingAway, "the server stops");
      await closed(server);
      redis.disconnect();
      subscriber.disconnect();
      await database.end();
    },
  };
}

function routesOf({ requestLog }: Config, services: Services): Hono {
  const app = new Hono();
  if (requestLog) app.use(logRequests);
  app.onError(toErrorResponse);
  app.notFound((context) => context.json({ detail: "Not Found" }, 404));
  app.get("/", (context) => context.json({ status: "ok", message: "Home security API" }));
  app.get("/health", (context) => context.json({ status: "alive" }));
  app.route("/api/cameras", cameraRoutes(services));
  app.route("/api/events", eventRoutes(services));
  app.route("/api/system", systemRoutes(services));
  return app;
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
