import type { TestSnapshot } from "../../../shakedown/src/events/reduce-run.ts";
import type { TouchedTable } from "../../../shakedown/src/isolation/lease.ts";

export interface WrittenTo {
  readonly service: string;
  readonly tables: readonly TouchedTable[];
  /** What became of it. */
  readonly after: "put back" | "made anew" | "set aside";
}

/** What a test wrote, by service: as the reset after it found it, or as it stood when its data was set aside. */
export function writtenTables({ resets, wrote, kept }: TestSnapshot): WrittenTo[] {
  const byService = new Map<string, WrittenTo>();
  for (const { service, outcome } of resets) {
    if (outcome.kind === "clean" || outcome.touched.length === 0) continue;
    const after = outcome.kind === "restored" ? "put back" : "made anew";
    byService.set(service, { service, tables: outcome.touched, after });
  }
  for (const { service, touched } of wrote) {
    if (touched.length === 0) continue;
    const after = kept.some((data) => data.service === service) ? "set aside" : "made anew";
    byService.set(service, { service, tables: touched, after });
  }
  return [...byService.values()];
}
