import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Config } from "./config.ts";
import { openDatabase } from "./database.ts";
import { eventCache } from "./events/cache.ts";
import { createLive } from "./live.ts";
import { openRedis } from "./redis.ts";
import { createRepositories } from "./repositories.ts";
import { createRoutes } from "./routes.ts";
import { checkHealth } from "./system/health.ts";

export interface App extends AsyncDisposable {
  /** The HTTP side alone, as a fetch handler. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** HTTP and WebSockets; call `listen` on it. Closed with the application. */
  readonly server: Server;
}

/** The whole application, ready to answer, in the calling process. Reads no environment and listens nowhere. */
export async function createApp(config: Config): Promise<App> {
  const database = openDatabase(config);
  const redis = openRedis(config, "commands");
  const subscriber = openRedis(config, "subscriber");
  const repositories = createRepositories(database);
  const cache = eventCache(redis, config.eventCacheSeconds);
  const pingRedis = async (): Promise<void> => void (await redis.ping());
  const live = createLive(config, {
    database,
    redis,
    subscriber,
    settings: repositories.settings,
    eventCache: cache,
    health: () => checkHealth({ database, pingRedis }),
  });
  const { fetch } = createRoutes(config, {
    ...repositories,
    database,
    alertEngine: live.alerts,
    mediaFolder: config.mediaFolder,
    eventCache: cache,
    broadcast: live.broadcast,
    pingRedis,
    connectedSockets: live.connectedSockets,
    liveRoutes: live.routes,
  });
  const server = createAdaptorServer({ fetch }) as Server;
  try {
    await redis.connect();
    await live.start(server);
  } catch (error) {
    redis.disconnect();
    subscriber.disconnect();
    await database.end();
    throw error;
  }

  return {
    fetch: (request) => fetch(request),
    server,
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await closed(server);
      redis.disconnect();
      subscriber.disconnect();
      await database.end();
    },
  };
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
