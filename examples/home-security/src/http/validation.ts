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
  // To the schemas, a list would be an object without any keys.
  if (!isJsonObject(body)) throw invalid([{ loc: ["body"], msg: "The body is not an object" }]);
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
  return readSerial(context, "id");
}

export function readSerial(context: Context, name: string): number {
  const schema = v.object({ [name]: serial });
  return Number(check("path", schema, context.req.param())[name]);
}

/** Anything that is not a UUID is refused here: the database would answer with an error of its own. */
export function readUuid(context: Context, name = "id"): string {
  const schema = v.object({ [name]: v.pipe(v.string(), v.uuid("must be a UUID")) });
  return String(check("path", schema, context.req.param())[name]);
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

/** A broken number that arrives as text. */
export function decimal({ from, to }: { readonly from: number; readonly to: number }) {
  return v.pipe(
    v.string(),
    v.regex(/^-?\d+(\.\d+)?$/, "must be a number"),
    v.transform(Number),
    v.minValue(from, `must be at least ${from}`),
    v.maxValue(to, `must be at most ${to}`),
  );
}

/** In a body, where numbers are numbers. */
export function numberFrom(from: number, to: number) {
  return v.pipe(
    v.number("must be a number"),
    v.minValue(from, `must be at least ${from}`),
    v.maxValue(to, `must be at most ${to}`),
  );
}

export function wholeFrom(from: number, to: number) {
  return v.pipe(numberFrom(from, to), v.integer("must be a whole number"));
}

/** Whatever JSON has in braces. */
export const jsonObject = v.custom<Readonly<Record<string, unknown>>>(
  isJsonObject,
  "must be an object",
);

export const yesOrNo = v.pipe(
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((given) => given === "true"),
);

export function oneOf<const Names extends readonly string[]>(names: Names) {
  return v.picklist(names, `must be one of ${names.join(", ")}`);
}

/** The times of a list: `start_date` and `end_date`, both included. */
export const timeSpan = () => ({
  start_date: v.optional(timestamp),
  end_date: v.optional(timestamp),
});

export const timestamp = v.pipe(
  v.string(),
  v.check(
    (text) => /^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
    "must be an ISO 8601 time",
  ),
  v.transform((text) => new Date(text)),
);

/** A serial number in a query. */
export const serial = wholeNumber({ from: 1, to: 2_147_483_647 });

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

function isJsonObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
