import * as v from "valibot";
import { commaList, whole } from "./environment-values.ts";
import { liveEntries, toLiveConfig, type LiveConfig } from "./live-config.ts";
import { problemText } from "./problem-text.ts";

export interface Config {
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  /** How long to wait for a connection, and for the answer to a statement. */
  readonly databaseTimeoutMs: number;
  readonly redisUrl: string;
  /** How long to wait for the answer to a command. */
  readonly redisTimeoutMs: number;
  readonly host: string;
  /** 0 asks the kernel for a free one. */
  readonly port: number;
  /** How long a page of the event list may be served from Redis. 0 turns the cache off. */
  readonly eventCacheSeconds: number;
  /** Who may ask, over HTTP and WebSocket. Without any, everybody. */
  readonly apiKeys: readonly string[];
  /** Nothing outside of it is served, whatever a camera's folder is. */
  readonly mediaFolder: string;
  /** Whether `/api/admin` is open. */
  readonly admin: boolean;
  /** A line on standard output for each request. */
  readonly requestLog: boolean;
  readonly live: LiveConfig;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The only place that knows the names of the environment variables. Tells everything that is wrong at once. */
export function readConfig(environment: Environment): Config {
  const result = v.safeParse(environmentSchema, environment);
  if (!result.success) {
    const problems = result.issues.map(
      (issue) => `  ${v.getDotPath(issue) ?? "environment"}: ${problemText(issue)}`,
    );
    throw new Error(`the configuration is not usable:\n${problems.join("\n")}`);
  }
  const { output } = result;
  return {
    databaseUrl: output.DATABASE_URL,
    databasePoolSize: output.DATABASE_POOL_SIZE,
    databaseTimeoutMs: output.DATABASE_TIMEOUT_MS,
    redisUrl: output.REDIS_URL,
    redisTimeoutMs: output.REDIS_TIMEOUT_MS,
    host: output.HOST,
    port: output.PORT,
    eventCacheSeconds: output.EVENT_CACHE_SECONDS,
    apiKeys: output.API_KEYS,
    mediaFolder: output.MEDIA_FOLDER,
    admin: output.ADMIN === "on",
    requestLog: output.REQUEST_LOG === "on",
    live: toLiveConfig(output),
  };
}

const onOrOff = v.picklist(["on", "off"], "must be on or off");

const environmentSchema = v.object({
  DATABASE_URL: v.pipe(v.string(), v.regex(/^postgres(ql)?:\/\//, "must start with postgres://")),
  DATABASE_POOL_SIZE: whole({ fallback: 5, from: 1, to: 100 }),
  DATABASE_TIMEOUT_MS: whole({ fallback: 10_000, from: 1, to: 600_000 }),
  REDIS_URL: v.pipe(v.string(), v.regex(/^rediss?:\/\//, "must start with redis://")),
  REDIS_TIMEOUT_MS: whole({ fallback: 2000, from: 1, to: 600_000 }),
  HOST: v.optional(v.string(), "127.0.0.1"),
  PORT: whole({ fallback: 8000, from: 0, to: 65_535 }),
  EVENT_CACHE_SECONDS: whole({ fallback: 30, from: 0, to: 3600 }),
  API_KEYS: commaList,
  MEDIA_FOLDER: v.optional(
    v.pipe(v.string(), v.regex(/^\//, "must start with /")),
    "/export/foscam",
  ),
  ADMIN: v.optional(onOrOff, "off"),
  REQUEST_LOG: v.optional(onOrOff, "on"),
  ...liveEntries,
});
