import type { ServiceLog } from "../../engine.ts";

export interface LogRoutes {
  onLine(line: string): void;
  onDatabase(database: string, slot: number | undefined): void;
}

/** Gives each slot the lines about its own database; what belongs to no slot stays in the service's log. */
export function routeLog(log: ServiceLog): LogRoutes {
  const slotOf = new Map<string, number>();
  let current = log;
  return {
    onLine(line) {
      // Lines without our prefix go on with a statement or a detail of the line before.
      const database = /^\S+ \S+ \S+ \[\d+\] \[([^\]]*)\]/.exec(line)?.[1];
      if (database !== undefined) {
        const slot = slotOf.get(database);
        current = slot === undefined ? log : log.forSlot(slot);
      }
      current.write("err", line);
    },
    onDatabase(database, slot) {
      if (slot === undefined) slotOf.delete(database);
      else slotOf.set(database, slot);
    },
  };
}
