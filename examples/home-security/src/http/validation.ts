import type { Context } from "hono";
import * as v from "valibot";
import { problemText } from "../problem-text.ts";
import { invalid } from "./errors.ts";

/** The request's JSON body, or a 422 that names each wrong field. */
export async function readBody<Schema extends v.GenericSchema>(
  context: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    // Whatever the parser says about the text helps less than the fact.
    throw invalid([{ loc: ["body"], msg: "The body is not JSON" }]);
  }
  return check("body", schema, body);
}

export function readQuery<Schema extends v.GenericSchema>(
  context: Context,
  schema: Schema,
): v.InferOutput<Schema> {
  return check("query", schema, context.req.query());
}

/** A serial number in the path, such as an event's. */
export function readId(context: Context): number {
  return check(
    "path",
    v.object({ id: wholeNumber({ from: 1, to: 2_147_483_647 }) }),
    context.req.param(),
  ).id;
}

/** A number that arrives as text. */
export function wholeNumber({ from, to }: { readonly from: number; readonly to: number }) {
  return v.pipe(
    v.string(),
    v.regex(/^-?\d+$/, "must be a whole number"),
    v.transform(Number),
    v.minValue(from, `must be at least ${from}`),
    v.maxValue(to, `must be at most ${to}`),
  );
}

export const timestamp = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
    "must be an ISO 8601 time",
  ),
  v.transform((text) => new Date(text)),
);

export const text = (atMost: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, "must not be empty"),
    v.maxLength(atMost, `must have at most ${atMost} characters`),
  );

function check<Schema extends v.GenericSchema>(
  place: string,
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw invalid(
    result.issues.map((issue) => ({
      loc: [place, ...(issue.path ?? []).map(({ key }) => key as string | number)],
      msg: problemText(issue),
    })),
  );
}
