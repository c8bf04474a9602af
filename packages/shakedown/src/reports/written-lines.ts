import type { TestSnapshot } from "../events/reduce-run.ts";
import { printableLine } from "../kit/printable.ts";

/** What a test wrote, a line for each service: "db: cameras (1 row), events (3 rows)". */
export function writtenLines({ resets, wrote }: TestSnapshot): string[] {
  const byService = new Map(
    resets.flatMap(({ service, outcome }) =>
      outcome.kind === "clean" ? [] : [[service, outcome.touched] as const],
    ),
  );
  // What stood when its data was set aside is what the last try wrote; resets tell of the tries before.
  for (const { service, touched } of wrote) byService.set(service, touched);
  return [...byService].flatMap(([service, touched]) =>
    touched.length === 0
      ? []
      : [
          `${service}: ${touched.map(({ name, rows }) => `${printableLine(name)} (${rows} ${rows === 1 ? "row" : "rows"})`).join(", ")}`,
        ],
  );
}
