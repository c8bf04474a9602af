import * as v from "valibot";
import type { Cursor, List, ListWish, Page } from "../sql/pages.ts";
import { wholeNumber } from "./validation.ts";

const cursor = v.pipe(
  v.string(),
  v.rawTransform<string, Cursor>(({ dataset, addIssue, NEVER }) => {
    const read = fromText(dataset.value);
    if (read !== undefined) return read;
    addIssue({ message: "is not a cursor" });
    return NEVER;
  }),
);

/** For lists that have no order of time, and so no cursor. */
export const offsetPaging = (limit = "50") => ({
  limit: v.optional(wholeNumber({ from: 1, to: 1000 }), limit),
  offset: v.optional(wholeNumber({ from: 0, to: 1_000_000_000 }), "0"),
});

/** A filter's own entries, with `limit` and either `offset` or `cursor`. */
export function pagedFilter<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.object({
      ...entries,
      ...offsetPaging(),
      cursor: v.optional(cursor),
    }),
    v.check(
      (filter) => filter.cursor === undefined || filter.offset === 0,
      "takes a cursor or an offset, not both",
    ),
  );
}

/** `{ rules: […], count, limit, offset }` */
export function listBody<Name extends string, Row>(
  name: Name,
  { rows, count }: List<Row>,
  { limit, offset }: ListWish,
) {
  return { ...({ [name]: rows } as Record<Name, readonly Row[]>), count, limit, offset };
}

/** `{ events: […], count, limit, offset, next_cursor }` */
export function pageBody<Name extends string, Row>(name: Name, page: Page<Row>, wish: ListWish) {
  return {
    ...listBody(name, page, wish),
    next_cursor: page.next === undefined ? null : toText(page.next),
  };
}

function toText({ at, id }: Cursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString("base64url");
}

function fromText(text: string): Cursor | undefined {
  try {
    const [at, id] = v.parse(cursorParts, JSON.parse(Buffer.from(text, "base64url").toString()));
    return { at, id };
  } catch {
    // Whatever is wrong with it: it was not made here.
    return undefined;
  }
}

const cursorParts = v.tuple([
  v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/)),
  v.pipe(v.string(), v.regex(/^(\d{1,10}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/)),
]);
