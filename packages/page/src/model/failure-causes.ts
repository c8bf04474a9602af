import { cleanLine } from "./clean-text.ts";
import type { TestRow } from "./run-model.ts";

export interface FailureCause {
  /** The first line of the first of them. */
  readonly title: string;
  readonly rows: readonly TestRow[];
}

/** Failed tests by what they failed with, the commonest first: 500 failures are often three causes. */
export function failureCauses(rows: readonly TestRow[]): FailureCause[] {
  const causes = new Map<string, { title: string; rows: TestRow[] }>();
  for (const row of rows) {
    if (row.state !== "failed") continue;
    const title = cleanLine(firstLine(row.snapshot.result.errors[0]?.message ?? ""), 240);
    const key = withoutParticulars(title);
    const known = causes.get(key);
    if (known === undefined) causes.set(key, { title, rows: [row] });
    else known.rows.push(row);
  }
  return [...causes.values()].toSorted((left, right) => right.rows.length - left.rows.length);
}

function firstLine(message: string): string {
  return message.trim().slice(0, 2000).split("\n", 1)[0]?.trim() || "(an error without a message)";
}

/** Ids, numbers and quoted values differ from test to test. */
function withoutParticulars(title: string): string {
  return title
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, "“”")
    .replaceAll(/\b[0-9a-f]{8,}\b/gi, "#")
    .replaceAll(/\d+/g, "0");
}
