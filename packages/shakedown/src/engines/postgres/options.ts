import * as v from "valibot";
import { providerEntries } from "../../providers/provider-option.ts";
import { parsePostgresWish } from "./provider/version.ts";
import { reservedSettings } from "./server/settings.ts";

export const resetWays = ["undo", "rollback", "delete", "none"] as const;
export type ResetWay = (typeof resetWays)[number];

const text = v.pipe(v.string("is not text"), v.nonEmpty("is empty"));
const texts = v.array(text, "is not a list");
const name = v.pipe(
  text,
  v.check((value) => !value.includes("\0"), "holds a NUL character"),
  v.check(
    (value) => Buffer.byteLength(value) <= 63,
    "is longer than the 63 bytes that PostgreSQL keeps of a name",
  ),
);
const wholeNumber = v.pipe(
  v.number("is not a number"),
  v.integer("is not a whole number"),
  v.minValue(1, "is less than 1"),
);
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

const resetObject = v.strictObject({
  way: v.optional(v.picklist(resetWays, `is none of ${resetWays.join(", ")}`), "undo"),
  sequences: v.optional(
    v.picklist(["restore", "keep"], 'is neither "restore" nor "keep"'),
    "restore",
  ),
  rowBudget: v.optional(wholeNumber, 2000),
  budgetMs: v.optional(wholeNumber, 2000),
});

/** Roles and schemas of our own: of a role named like a schema, new tables would land in it. */
const ownNames: readonly string[] = ["shakedown_control", "shakedown_undo", "shakedown_seed"];

/** What stands in the plan, as far as one option at a time can be judged. */
export const optionsSchema = v.strictObject({
  version: v.optional(
    v.pipe(
      text,
      v.check(
        (value) => parsePostgresWish(value) !== undefined,
        'is no version from 15 on, such as "18", "17.2" or ">=16"',
      ),
    ),
  ),
  extensions: v.optional(v.array(name, "is not a list"), []),
  locale: v.optional(text),
  settings: v.optional(
    v.pipe(
      v.record(v.string(), settingValue, "is not an object of settings"),
      v.check(
        (settings) => !Object.keys(settings).some((key) => reservedSettings.includes(key)),
        `has one of ${reservedSettings.join(", ")}, which are Shakedown's own to choose`,
      ),
    ),
    {},
  ),
  profile: v.optional(
    v.picklist(["fast", "realistic"], 'is neither "fast" nor "realistic"'),
    "fast",
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
  user: v.optional(
    v.pipe(
      name,
      v.check(
        (value) => !ownNames.includes(value),
        `is one of ${ownNames.join(", ")}, which are Shakedown's own`,
      ),
    ),
    "shakedown",
  ),
  superuser: v.optional(v.boolean("is neither true nor false"), true),
  reset: v.optional(
    v.union(
      [v.picklist(resetWays), resetObject],
      `is none of ${resetWays.join(", ")}, and no object of { way, sequences, rowBudget, budgetMs }`,
    ),
  ),
  url: v.optional(text),
  urlIsForTests: v.optional(v.boolean("is neither true nor false"), false),
  local: v.optional(text),
  image: v.optional(text),
  ...providerEntries,
});

export type ParsedOptions = v.InferOutput<typeof optionsSchema>;

export interface ResetOptions {
  readonly way: ResetWay;
  readonly sequences: "restore" | "keep";
  readonly rowBudget: number;
  readonly budgetMs: number;
}

export function parseOptions(options: unknown): ParsedOptions {
  return v.parse(optionsSchema, options);
}

/** Tests of several workers at once would undo each other's rows in a database that they share. */
export function resetOptions({ reset }: ParsedOptions, per: string): ResetOptions {
  const way = per === "run" ? "none" : "undo";
  const rest = { sequences: "restore", rowBudget: 2000, budgetMs: 2000 } as const;
  if (reset === undefined) return { way, ...rest };
  return typeof reset === "string" ? { way: reset, ...rest } : reset;
}

export function seedPaths({ seed }: ParsedOptions): readonly string[] {
  return typeof seed === "string" ? [seed] : seed;
}

export function settingTexts({ settings }: ParsedOptions): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      typeof value === "boolean" ? (value ? "on" : "off") : String(value),
    ]),
  );
}
