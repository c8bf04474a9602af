import type { Writable } from "node:stream";
import type { PgClient } from "../driver.ts";

/** A query that is a stream, as pg takes it beside text. */
interface Streaming {
  query(stream: Writable): Writable;
}

/** A stream into a `COPY … FROM stdin`. */
export async function openCopy(client: PgClient, statement: string): Promise<Writable> {
  const { from } = await import("pg-copy-streams");
  return (client as unknown as Streaming).query(from(statement));
}
