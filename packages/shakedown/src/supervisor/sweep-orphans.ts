import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import { killMarked, signalMarked } from "../process/process-tree.ts";
import type { FolderRoots } from "../providers/folders.ts";

/** What a supervisor leaves if nothing of it is there any more to tidy up. */
export interface DataClaim extends ProcessIdentity {
  /** Marks the environment of its children. */
  readonly cookie: string;
  /** Its folder of sockets. */
  readonly sockets: string;
}

/** How long services that lost everybody have to go by themselves; a killed server would leave shared memory. */
const graceMs = 200;

/** Says whose data folders these are, for a later supervisor that finds them. */
export function claimFileOf(roots: FolderRoots, key: string, { pid }: ProcessIdentity): string {
  return join(roots.data, `${key}-${pid}.owner`);
}

export async function claimData(file: string, claim: DataClaim): Promise<void> {
  await writeFile(file, JSON.stringify(claim));
}

/**
 * Ends and removes what belongs to a dead supervisor of this stack. What its leash does within milliseconds, this does
 * where the leash was killed as well, or after a power cut.
 */
export async function sweepOrphans(roots: FolderRoots, key: string): Promise<void> {
  const names = await readdir(roots.data);
  for (const name of names.filter((other) => other.startsWith(`${key}-`))) {
    if (!name.endsWith(".owner")) continue;
    const claim = await readClaim(join(roots.data, name));
    if (claim === undefined || isAlive(claim)) continue;
    await endMarked(`SHAKEDOWN_LEASH=${claim.cookie}.`);
    const folders = names.filter((other) => other.startsWith(`${key}-${claim.pid}-`));
    for (const left of [...folders.map((folder) => join(roots.data, folder)), claim.sockets])
      await rm(left, { recursive: true, force: true });
    await rm(join(roots.data, name), { force: true });
  }
}

/** Undefined while its owner is still writing it, and when its leash has just removed it. */
async function readClaim(file: string): Promise<DataClaim | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as DataClaim;
  } catch {
    return undefined;
  }
}

async function endMarked(mark: string): Promise<void> {
  if (signalMarked(mark, "SIGQUIT") === 0) return;
  await sleep(graceMs);
  killMarked(mark);
}
