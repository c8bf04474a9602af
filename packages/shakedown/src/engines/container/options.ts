import * as v from "valibot";
import { optionsSchema as commandSchema } from "../command/options.ts";

const text = v.string("is not text");
const name = v.pipe(text, v.regex(/^[A-Za-z_][\w-]*$/, "is not a name: letters, digits, _ and -"));
const inside = v.pipe(text, v.startsWith("/", "is no absolute path in the container"));
const words = v.array(text, "is not a list of words");
const { env, ready, readyTimeoutMs } = commandSchema.entries;

/** The options as they stand in the plan: derived ones are evaluated, `${{…}}` may stand in any text. */
export const optionsSchema = v.strictObject(
  {
    image: v.optional(v.pipe(text, v.nonEmpty("is empty"))),
    build: v.optional(
      v.union(
        [
          text,
          v.strictObject({
            context: text,
            dockerfile: v.optional(text),
            target: v.optional(text),
            args: v.optional(v.record(v.string(), text)),
          }),
        ],
        "is neither a folder nor { context, dockerfile, target, args }",
      ),
    ),
    ports: v.optional(
      v.record(
        name,
        v.pipe(
          v.number("is not a number"),
          v.integer("is not a whole number"),
          v.minValue(0, "is less than 0"),
          v.maxValue(65_535, "is more than 65535"),
        ),
        "is not an object like { http: 8080 }",
      ),
      {},
    ),
    env,
    command: v.optional(words),
    entrypoint: v.optional(words),
    user: v.optional(text),
    workdir: v.optional(inside),
    mounts: v.optional(
      v.array(
        v.strictObject({ from: text, to: inside, readOnly: v.optional(v.boolean(), true) }),
        "is not a list of { from, to, readOnly }",
      ),
      [],
    ),
    files: v.optional(
      v.record(
        inside,
        v.union(
          [text, v.strictObject({ file: text, mode: v.optional(v.number()) })],
          "is neither a text nor { file, mode }",
        ),
      ),
      {},
    ),
    tmpfs: v.optional(v.array(inside, "is not a list of paths"), []),
    shmMegabytes: v.optional(v.pipe(v.number("is not a number"), v.minValue(1, "is less than 1"))),
    network: v.optional(v.picklist(["bridge", "host"], 'is neither "bridge" nor "host"'), "bridge"),
    ready,
    onReset: v.optional(
      v.union(
        [
          v.picklist(["nothing", "restart"]),
          v.strictObject({ post: v.pipe(text, v.startsWith("/", "does not begin with /")) }),
        ],
        'is none of "nothing", "restart" and { post: "/path" }',
      ),
      "nothing",
    ),
    stopGraceMs: v.optional(
      v.pipe(v.number("is not a number of milliseconds"), v.minValue(0, "is less than 0")),
      0,
    ),
    readyTimeoutMs,
  },
  "are not an object",
);

export type ContainerPlan = v.InferOutput<typeof optionsSchema>;
