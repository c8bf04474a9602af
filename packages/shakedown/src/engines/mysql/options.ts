import * as v from "valibot";
import { providerEntries } from "../../providers/provider-option.ts";
import { parseVersionWish } from "../../providers/version-wish.ts";
import { reservedSettings } from "./server/settings.ts";

export const resetWays = ["delete", "none"] as const;
export type ResetWay = (typeof resetWays)[number];

const text = v.pipe(v.string("is not text"), v.nonEmpty("is empty"));
const texts = v.array(text, "is not a list");
const name = v.pipe(text, v.maxLength(40, "is longer than 40 characters"));
const settingValue = v.union(
  [v.string(), v.number(), v.boolean()],
  "is not text, a number, true or false",
);
const functionReference = v.object({
  $function: v.object({ service: v.string(), path: v.array(v.string()) }),
});
const migrateCommand = v.strictObject({
  command: v.pipe(texts, v.minLength(1, "is empty")),
  inputs: v.optional(texts),
});

/** What stands in the plan, as far as one option at a time can be judged. */
export const optionsSchema = v.strictObject({
  flavour: v.picklist(["mysql", "mariadb"]),
  version: v.optional(
    v.pipe(
      text,
      v.check(
        (value) => parseVersionWish(value) !== undefined,
        'is no version such as "10.11", "8.4" or ">=10.6"',
      ),
    ),
  ),
  settings: v.optional(
    v.pipe(
      v.record(v.string(), settingValue, "is not an object of settings"),
      v.check(
        (settings) =>
          !Object.keys(settings).some((key) => reservedSettings.includes(key.replaceAll("-", "_"))),
        `has one of ${reservedSettings.join(", ")}, which are Shakedown's own to choose`,
      ),
    ),
    {},
  ),
  migrate: v.optional(
    v.union(
      [text, migrateCommand, functionReference],
      "is neither a path, { command: [...] }, nor a function",
    ),
  ),
  seed: v.optional(v.union([text, texts], "is neither a path nor a list of paths"), []),
  inputs: v.optional(texts, []),
  name: v.optional(name),
  user: v.optional(v.pipe(name, v.maxLength(32, "is longer than 32 characters")), "shakedown"),
  reset: v.optional(v.picklist(resetWays, `is none of ${resetWays.join(", ")}`)),
  url: v.optional(text),
  urlIsForTests: v.optional(v.boolean("is neither true nor false"), false),
  image: v.optional(text),
  ...providerEntries,
});

export type ParsedOptions = v.InferOutput<typeof optionsSchema>;

export function parseOptions(options: unknown): ParsedOptions {
  return v.parse(optionsSchema, options);
}

/** Tests of several workers at once would take each other's rows away in a database that they share. */
export function resetWay({ reset }: ParsedOptions, per: string): ResetWay {
  return reset ?? (per === "run" ? "none" : "delete");
}

export function seedPaths({ seed }: ParsedOptions): readonly string[] {
  return typeof seed === "string" ? [seed] : seed;
}
