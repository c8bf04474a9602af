import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { reduceRun } from "../events/reduce-run.ts";
import type { RunEvent } from "../events/run-event.ts";
import { runFolder } from "./run-folder.ts";

/** A run of before, as its folder tells. */
export interface StoredRun {
  readonly runId: string;
  readonly startedEpochMs: number;
  readonly command: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Absent when the run was cut short. */
  readonly durationMs?: number;
  readonly exitCode?: number;
  readonly events: string;
  /** The HTML report, where it was written. */
  readonly report?: string;
}

/** The runs whose folders are kept, the newest first. */
export async function listRuns(stateFolder: string): Promise<readonly StoredRun[]> {
  const names = await readdir(join(stateFolder, "runs")).catch(() => []); // nothing ran here yet
  const runs: StoredRun[] = [];
  for (const name of names) {
    const { events, report } = runFolder(stateFolder, name);
    const told = await readEvents(events).catch(() => undefined); // a folder that is no run's
    if (told?.[0]?.type !== "run:started") continue;
    const { tests, finished, startedEpochMs, command } = reduceRun(told);
    const of = (state: string): number =>
      tests.filter(({ result }) => result.state === state).length;
    runs.push({
      runId: name,
      startedEpochMs,
      command,
      passed: of("passed"),
      failed: of("failed"),
      skipped: of("skipped"),
      ...finished,
      events,
      ...(existsSync(report) ? { report } : {}),
    });
  }
  return runs.toSorted((left, right) => right.startedEpochMs - left.startedEpochMs);
}

export function readRun({ events }: Pick<StoredRun, "events">): Promise<readonly RunEvent[]> {
  return readEvents(events);
}

/** A run that was killed may have left half a line. */
async function readEvents(file: string): Promise<readonly RunEvent[]> {
  const lines = (await readFile(file, "utf8")).split("\n");
  return lines.flatMap((line, index) => {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as RunEvent];
    } catch (error) {
      if (index === lines.length - 1) return [];
      throw error;
    }
  });
}
