import * as v from "valibot";

/** A whole number that arrives as text. */
export function whole({ fallback, from, to }: { fallback: number; from: number; to: number }) {
  const message = `must be a whole number from ${from} to ${to}`;
  return v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^\d+$/, message)), String(fallback)),
    v.transform(Number),
    v.minValue(from, message),
    v.maxValue(to, message),
  );
}

/** Names that commas divide; nothing at all is the empty list. */
export const commaList = v.pipe(
  v.optional(v.string(), ""),
  v.transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ),
);

export const webAddress = v.optional(
  v.pipe(v.string(), v.regex(/^https?:\/\//, "must start with http:// or https://")),
);
