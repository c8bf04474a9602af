import { ownModule } from "../../kit/own-module.ts";
import type { LeaseClient, OpenClientContext, ServiceLease } from "../../isolation/lease.ts";
import type { OnOtherVersion, ProviderOption } from "../../providers/provider-words.ts";
import type { EndOptions } from "../../stack/end-options.ts";
import { derived } from "../../stack/option-functions.ts";
import type { Lifetime, References, Service } from "../../stack/service.ts";
import type { RedisHandle } from "./client.ts";

export interface RedisOptions extends EndOptions {
  /**
   * A server that is there already, such as CI's. Each slot gets a database number of it that holds nothing of others;
   * pub/sub, scripts and FLUSHALL are not separated there. @default a server of its own for each slot
   */
  readonly url?: string | ((references: References) => string);
  /** "7", "7.2" or ">=7": servers of another version are passed over. */
  readonly version?: string;
  /** What becomes of a server whose version is not `version`. @default "refuse" */
  readonly onOtherVersion?: OnOtherVersion;
  /**
   * The only provider (`"native"`), or wishes: `{ prefer: "container" }`, `{ forbid: "container" }`.
   * @default the first that works of: url, native, container
   */
  readonly provider?: ProviderOption;
  /** For the provider `container`. @default "redis:<version>-alpine", 7 where none is asked for */
  readonly image?: string;
  /** Lines of redis.conf: `{ "notify-keyspace-events": "KEA" }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** With "run" all workers share one server, and nothing is reset. @default "slot" */
  readonly per?: Lifetime;
  readonly after?: readonly string[];
}

/** A Redis or Valkey server; each slot has one of its own, emptied to its baseline after each test. */
export function redis(options: RedisOptions = {}): Service<RedisHandle> {
  const { per = "slot", after = [], url, ...rest } = options;
  return {
    kind: "shakedown.service",
    engine: {
      name: "redis",
      module: ownModule("engines/redis/engine"),
      outputs: ["url", "host", "port", "password"],
    },
    per,
    after,
    options: { ...rest, url: derived(url) },
    openClient,
  };
}

async function openClient(
  lease: ServiceLease,
  context: OpenClientContext,
): Promise<LeaseClient<RedisHandle>> {
  const { openRedisClient } = await import("./client.ts");
  return openRedisClient(lease, context);
}
