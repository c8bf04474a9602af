import { type Counts, noCounts, type TestRow } from "./run-model.ts";

export interface FolderSummary {
  readonly folder: string;
  readonly counts: Counts;
  readonly files: number;
  readonly ms: number;
}

const mostFolders = 14;

/** Tests by the folder of their file: suites as most projects lay them out. One folder is told by its files. */
export function folderSummaries(rows: readonly TestRow[]): FolderSummary[] {
  const byFolder = group(rows, (file) => file.slice(0, file.lastIndexOf("/") + 1) || "./");
  return byFolder.length > 1 && byFolder.length <= mostFolders
    ? byFolder
    : group(rows, (file) => file);
}

function group(rows: readonly TestRow[], keyOf: (file: string) => string): FolderSummary[] {
  const found = new Map<
    string,
    { counts: ReturnType<typeof noCounts>; files: Set<string>; ms: number }
  >();
  for (const row of rows) {
    const key = keyOf(row.file);
    const of = found.get(key) ?? { counts: noCounts(), files: new Set<string>(), ms: 0 };
    found.set(key, of);
    of.counts[row.state] += 1;
    of.counts.all += 1;
    of.files.add(row.file);
    of.ms += row.durationMs;
  }
  return [...found]
    .map(([folder, { counts, files, ms }]) => ({ folder, counts, files: files.size, ms }))
    .toSorted((left, right) => right.counts.failed - left.counts.failed || right.ms - left.ms)
    .slice(0, mostFolders);
}
