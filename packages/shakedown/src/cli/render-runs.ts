import { durationText } from "../kit/duration-text.ts";
import type { Paint } from "../kit/paint.ts";
import { printableLine } from "../kit/printable.ts";
import type { StoredRun } from "../runner/stored-runs.ts";
import { table } from "./table.ts";

/** One line for each run, the newest first. */
export function renderRuns(runs: readonly StoredRun[], paint: Paint): string {
  if (runs.length === 0) return " No runs yet: shakedown run\n";
  const rows = runs.map((run) => [
    run.runId,
    outcomeOf(run),
    run.durationMs === undefined ? "cut short" : durationText(run.durationMs),
    printableLine(run.command, 60),
  ]);
  return table(rows, (cell, row, column) => {
    if (column === 1) return paint(runs[row]?.exitCode === 0 ? "green" : "red", cell);
    return column === 0 ? cell : paint("dim", cell);
  });
}

function outcomeOf({ passed, failed, skipped }: StoredRun): string {
  return [
    `${passed} passed`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
  ].join(", ");
}
