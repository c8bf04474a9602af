import { lstat, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Older runs go when a new one is written. */
export const keptRuns = 20;

const runName = /^\d{4}-\d\d-\d\d-\d{4}-[0-9a-f]{4}$/;

export interface RunFolder {
  readonly path: string;
  readonly events: string;
  readonly junit: string;
  readonly summary: string;
  /** The HTML report. */
  readonly report: string;
}

/** Makes `.shakedown/runs/<run id>` in the state folder of a stack, ignored by git, and removes the oldest runs. */
export async function makeRunFolder(stateFolder: string, runId: string): Promise<RunFolder> {
  const runs = join(stateFolder, "runs");
  const path = join(runs, runId);
  await mkdir(path, { recursive: true });
  await writeFile(join(stateFolder, ".gitignore"), "*\n");
  const names = (await readdir(runs)).filter((name) => runName.test(name)).sort();
  for (const old of names.slice(0, -keptRuns)) {
    if (old !== runId) await rm(join(runs, old), { recursive: true, force: true });
  }
  return runFolder(stateFolder, runId);
}

/** Where a run's files are, or will be. */
export function runFolder(stateFolder: string, runId: string): RunFolder {
  const path = join(stateFolder, "runs", runId);
  return {
    path,
    events: join(path, "events.jsonl"),
    junit: join(path, "junit.xml"),
    summary: join(path, "summary.txt"),
    report: join(path, "report.html"),
  };
}

/** Points `.shakedown/latest` at a run: a link, or a file with its path where links cannot be made. */
export async function pointLatest(stateFolder: string, runId: string): Promise<void> {
  const latest = join(stateFolder, "latest");
  const next = join(stateFolder, `latest.${runId}`);
  const target = join("runs", runId);
  try {
    const there = await lstat(latest).catch(() => undefined); // none yet
    if (there?.isDirectory() === true) await rm(latest, { recursive: true });
    await symlink(target, next);
  } catch {
    // Some network and container file systems know no links.
    await writeFile(next, `${target}\n`);
  }
  await rename(next, latest);
}
