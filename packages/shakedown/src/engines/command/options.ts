import * as v from "valibot";
import type { ReadyProbe } from "../../waits/ready-probe.ts";

const text = v.string("is not text");
const millisecondsSchema = v.pipe(
  v.number("is not a number of milliseconds"),
  v.minValue(0, "is less than 0"),
);

const probeSchema: v.GenericSchema<ReadyProbe> = v.lazy(() =>
  v.variant(
    "kind",
    [
      v.strictObject({ kind: v.literal("log"), source: text, flags: text }),
      v.strictObject({
        kind: v.literal("http"),
        url: text,
        status: v.exactOptional(v.array(v.number("is not a status"))),
      }),
      v.strictObject({ kind: v.literal("tcp"), port: text }),
      v.strictObject({ kind: v.literal("all"), probes: v.array(probeSchema) }),
    ],
    "is not made by logLine(), http(), tcp() or allOf()",
  ),
) as v.GenericSchema<ReadyProbe>;

/** The options as they stand in the plan: derived ones are evaluated, `${{…}}` may stand in any text. */
export const optionsSchema = v.strictObject(
  {
    run: v.union(
      [v.pipe(text, v.nonEmpty("is empty")), v.pipe(v.array(text), v.minLength(1, "is empty"))],
      "is neither a command line nor a list of a program and its arguments",
    ),
    cwd: v.optional(text, "."),
    inputs: v.exactOptional(v.array(text, "is not a list of paths")),
    env: v.optional(
      v.record(
        v.string(),
        v.union([text, v.number(), v.boolean()], "is neither text nor a number"),
        "is not an object",
      ),
      {},
    ),
    ports: v.optional(
      v.array(
        v.pipe(text, v.regex(/^[A-Za-z_][\w-]*$/, "is not a name: letters, digits, _ and -")),
        "is not a list of names",
      ),
      [],
    ),
    ready: v.optional(probeSchema),
    onReset: v.optional(
      v.union(
        [
          v.picklist(["nothing", "restart"]),
          v.strictObject({
            signal: v.pipe(text, v.regex(/^SIG[A-Z0-9]+$/, "is not the name of a signal")),
          }),
          v.strictObject({ post: v.pipe(text, v.startsWith("/", "does not begin with /")) }),
        ],
        'is none of "nothing", "restart", { signal: "SIGHUP" } and { post: "/path" }',
      ),
      "nothing",
    ),
    stopGraceMs: v.optional(millisecondsSchema, 5000),
    readyTimeoutMs: v.optional(millisecondsSchema, 60_000),
    inheritEnv: v.optional(
      v.union([v.boolean(), v.array(text)], "is neither true nor a list of names"),
      false,
    ),
  },
  "are not an object",
);

export type CommandPlan = v.InferOutput<typeof optionsSchema>;
