import * as v from "valibot";
import { nearest } from "../kit/nearest.ts";
import { providerWords } from "./provider-words.ts";

const word = v.picklist(providerWords, ({ received }) => {
  const close = nearest(received.replaceAll('"', ""), providerWords);
  const meant = close === undefined ? "" : `; did you mean "${close}"?`;
  return `${received} is none of ${providerWords.join(", ")}${meant}`;
});
const words = v.union(
  [word, v.array(word)],
  ({ received }) => `${received} is none of ${providerWords.join(", ")}, and no list of them`,
);
const wishes = v.strictObject(
  { prefer: v.optional(words), require: v.optional(words), forbid: v.optional(words) },
  "is neither a provider nor an object of prefer, require and forbid",
);

/** The options that every engine with several providers takes. */
export const providerEntries = {
  provider: v.optional(v.lazy((input) => (typeof input === "string" ? word : wishes))),
  onOtherVersion: v.optional(
    v.picklist(["refuse", "warn"], 'is neither "refuse" nor "warn"'),
    "refuse",
  ),
} as const;
