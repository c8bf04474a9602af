import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { DatabaseError } from "pg";
import { isDatabaseAway } from "../database.ts";

/** Where the fault lies, as in `["body", "risk_score"]`, and what it is. */
export interface InvalidPart {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
}

export function notFound(kind: string, id: string | number): HTTPException {
  return new HTTPException(404, { message: `${kind} ${id} not found` });
}

/** The row, where there is one. */
export function found<Row>(kind: string, id: string | number, row: Row | undefined): Row {
  if (row === undefined) throw notFound(kind, id);
  return row;
}

export function forbidden(detail: string): HTTPException {
  return new HTTPException(403, { message: detail });
}

export function unauthorized(detail: string): HTTPException {
  return new HTTPException(401, { message: detail });
}

export function conflict(detail: string): HTTPException {
  return new HTTPException(409, { message: detail });
}

export function invalid(parts: readonly InvalidPart[]): HTTPException {
  return new HTTPException(422, { message: "The request is not valid", cause: parts });
}

/** Every error leaves as `{ detail }`: a sentence, or for 422 the list of what is wrong. */
export function toErrorResponse(error: Error, context: Context): Response {
  if (error instanceof HTTPException)
    return context.json({ detail: detailOf(error) }, error.status);
  if (isDatabaseAway(error)) return context.json({ detail: "The database is not available" }, 503);
  if (error instanceof DatabaseError) {
    const known = knownDatabaseErrors[error.code ?? ""];
    if (known !== undefined) return context.json({ detail: known.detail }, known.status);
  }
  console.error(`${context.req.method} ${context.req.path} failed:`, error);
  return context.json({ detail: "Internal server error" }, 500);
}

function detailOf(error: HTTPException): string | readonly InvalidPart[] {
  return error.status === 422 ? (error.cause as readonly InvalidPart[]) : error.message;
}

/** What a validated request can still run into. */
const knownDatabaseErrors: Readonly<
  Record<string, { readonly status: ContentfulStatusCode; readonly detail: string }>
> = {
  "22003": { status: 422, detail: "A number is too large" },
  "22007": { status: 422, detail: "A time has the wrong form" },
  "22008": { status: 422, detail: "A time does not exist" },
  "22P02": { status: 422, detail: "A value has the wrong form" },
  "22P05": { status: 422, detail: "A text holds a character that cannot be stored" },
  "22021": { status: 422, detail: "A text holds a character that cannot be stored" },
  "40001": { status: 409, detail: "The change collided with another one: try again" },
  "40P01": { status: 409, detail: "The change collided with another one: try again" },
};
