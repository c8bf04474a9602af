import type { Pool } from "pg";
import { inTransaction } from "../database.ts";

export interface Cleared {
  readonly cameras: number;
  readonly events: number;
  readonly detections: number;
}

/** Everything that cameras have brought. Rules, settings and the audit log stay. */
export async function clearData(database: Pool): Promise<Cleared> {
  return await inTransaction(database, async (client) => {
    const clear = async (table: string): Promise<number> =>
      (await client.query(`delete from ${table}`)).rowCount ?? 0;
    // Counted one by one: what a cascade takes along is told by nobody.
    const events = await clear("events");
    const detections = await clear("detections");
    const cameras = await clear("cameras");
    return { cameras, events, detections };
  });
}
