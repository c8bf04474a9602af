import * as v from "valibot";
import { providerEntries } from "../../providers/provider-option.ts";
import { parseVersionWish } from "../../providers/version-wish.ts";

/** Settings that decide whether slots are isolated, protected and gone afterwards. */
const ours = [
  "bind",
  "port",
  "unixsocket",
  "unixsocketperm",
  "requirepass",
  "dir",
  "daemonize",
  "save",
  "appendonly",
  "logfile",
  "pidfile",
  "supervised",
  "protected-mode",
];

export const optionsSchema = v.strictObject(
  {
    url: v.optional(
      v.pipe(
        v.string("is not text"),
        v.regex(/^rediss?:\/\/|^\$\{\{/, "does not begin with redis:// or rediss://"),
      ),
    ),
    version: v.optional(
      v.pipe(
        v.string("is not text"),
        v.check(
          (version) => parseVersionWish(version) !== undefined,
          'is not a version such as "7" or "7.2"',
        ),
      ),
    ),
    image: v.optional(v.pipe(v.string("is not text"), v.nonEmpty("is empty"))),
    ...providerEntries,
    settings: v.optional(
      v.record(
        v.pipe(
          v.string(),
          v.check((name) => !ours.includes(name), "is decided by Shakedown"),
        ),
        v.union([v.string(), v.number(), v.boolean()], "is neither text nor a number"),
        "is not an object",
      ),
      {},
    ),
  },
  "are not an object",
);

export type RedisPlan = v.InferOutput<typeof optionsSchema>;
