import { readdir, readlink, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { finishLeash } from "../process/leash-record.ts";
import { killMarked } from "../process/process-tree.ts";
import { sweepLeftContainers } from "../providers/container/sweep-left.ts";
import { locateDataFolders } from "../providers/folders.ts";
import { sweepSocketFolders } from "./sweep-socket-folders.ts";
import { removeDeadLock } from "./client-lock.ts";
import {
  type FoundClaim,
  isAbandoned,
  isOfThisBoot,
  readClaims,
  recordFileOf,
} from "./data-claims.ts";

/**
 * Ends and removes what belongs to dead supervisors of this user, whichever stack they were of: what their leashes do
 * within milliseconds, where the leash was killed as well, or after a power cut. Every command does this first.
 * Gives how many were found.
 */
export async function sweepAbandoned(
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const claims = await readClaims(locateDataFolders(environment));
  const abandoned = claims.filter(({ claim }) => isAbandoned(claim));
  const [containers] = await Promise.all([
    sweepLeftContainers(environment),
    ...abandoned.map(sweepOne),
  ]);
  await sweepSocketFolders(environment);
  return Math.max(abandoned.length, containers);
}

async function sweepOne({ claim, file, root }: FoundClaim): Promise<void> {
  const { cookie } = claim;
  // By their numbers first: a program that writes its title over its environment loses our mark.
  await finishLeash(recordFileOf(file), { cookie, sameBoot: isOfThisBoot(claim) });
  killMarked(`SHAKEDOWN_LEASH=${cookie}.`);
  const names = await readdir(root);
  const own = names.filter((name) => name.startsWith(`${claim.key}-${claim.pid}-`));
  for (const folder of [...own.map((name) => join(root, name)), claim.sockets])
    await rm(folder, { recursive: true, force: true });
  await removeName(claim.socket, claim.sockets);
  await rm(file, { force: true });
}

/** The name of a successor leads elsewhere. */
async function removeName(socket: string, sockets: string): Promise<void> {
  const target = await readlink(socket).catch(() => ""); // its leash was faster
  if (target.startsWith(`${sockets}/`)) await rm(socket, { force: true });
  await removeDeadLock(`${socket}.lock`);
  await rmdir(dirname(socket)).catch(() => {}); // gone, or a successor is in it
}
