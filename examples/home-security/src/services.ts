import type { Pool } from "pg";
import type { Broadcast } from "./broadcast/broadcaster.ts";
import type { CameraRepository } from "./cameras/repository.ts";
import type { EventCache } from "./events/cache.ts";
import type { EventRepository } from "./events/repository.ts";
import type { SettingsRepository } from "./system/settings.ts";

/** What routes work with. Made once by `createApp`. */
export interface Services {
  readonly database: Pool;
  readonly cameras: CameraRepository;
  readonly events: EventRepository;
  readonly settings: SettingsRepository;
  readonly eventCache: EventCache;
  readonly broadcast: Broadcast;
  readonly pingRedis: () => Promise<void>;
  readonly connectedSockets: () => number;
}
