import type { Hono } from "hono";
import type { Pool } from "pg";
import type { AlertEngine } from "./alerts/engine/engine.ts";
import type { Broadcast } from "./broadcast/broadcaster.ts";
import type { EventCache } from "./events/cache.ts";
import type { Repositories } from "./repositories.ts";

/** What routes work with. Made once by `createApp`. */
export interface Services extends Repositories {
  readonly database: Pool;
  readonly alertEngine: AlertEngine;
  readonly eventCache: EventCache;
  /** In it are the folders of all cameras. */
  readonly mediaFolder: string;
  readonly broadcast: Broadcast;
  readonly pingRedis: () => Promise<void>;
  readonly connectedSockets: () => number;
  /** What the live side answers over HTTP: the pipeline, circuit breakers. */
  readonly liveRoutes: Hono;
}
