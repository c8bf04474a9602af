import type { Writable } from "node:stream";
import type { PgClient } from "../driver.ts";

/** A stream into a `COPY … FROM stdin`. */
export async function openCopy(client: PgClient, statement: string): Promise<Writable> {
  const { from } = await import("pg-copy-streams");
  return client.query(from(statement) as never) as unknown as Writable;
}
