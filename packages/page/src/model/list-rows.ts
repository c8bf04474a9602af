import { type Counts, noCounts, type TestRow } from "./run-model.ts";

export type ListRow =
  | { readonly kind: "file"; readonly file: string; readonly counts: Counts; readonly ms: number }
  | { readonly kind: "suite"; readonly file: string; readonly suite: string }
  | { readonly kind: "test"; readonly row: TestRow; readonly grouped: boolean };

/** What the list shows, line by line: files and suites as headings where the tests stand in that order. */
export function listRows(
  tests: readonly TestRow[],
  { grouped, folded }: { readonly grouped: boolean; readonly folded: ReadonlySet<string> },
): ListRow[] {
  if (!grouped) return tests.map((row) => ({ kind: "test", row, grouped }));
  const rows: ListRow[] = [];
  let file: string | undefined;
  let suite = "";
  let counts = noCounts();
  let heading: { ms: number } = { ms: 0 };
  for (const row of tests) {
    if (row.file !== file) {
      file = row.file;
      suite = "";
      counts = noCounts();
      const added = { kind: "file" as const, file, counts, ms: 0 };
      heading = added;
      rows.push(added);
    }
    counts.all += 1;
    counts[row.state] += 1;
    heading.ms += row.durationMs;
    if (folded.has(file)) continue;
    if (row.suite !== suite) {
      suite = row.suite;
      if (suite !== "") rows.push({ kind: "suite", file, suite });
    }
    rows.push({ kind: "test", row, grouped });
  }
  return rows;
}
