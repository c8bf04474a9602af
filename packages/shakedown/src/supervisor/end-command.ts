import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import { killMarked, signalMarked } from "../process/process-tree.ts";
import type { Session } from "./sessions.ts";

/** A process that is killed closes its connections a moment before it is gone. */
const lastBreathMs = 500;
/** How long a command whose `exec` was killed has to go by itself. */
const graceMs = 1000;

/**
 * `exec` ends its command on every way out but one: where it was killed itself. The command carries the session's id in its
 * environment, by which it is found. Settles when it is gone.
 */
export async function endCommandOf({ purpose, holder, id }: Session): Promise<void> {
  if (purpose !== "exec" || !(await isKilled(holder))) return;
  if (signalMarked(id, "SIGTERM") === 0) return;
  for (const deadlineMs = performance.now() + graceMs; performance.now() < deadlineMs;) {
    await sleep(20);
    if (signalMarked(id, "SIGCONT") === 0) return;
  }
  killMarked(id);
}

async function isKilled(holder: ProcessIdentity): Promise<boolean> {
  for (const deadlineMs = performance.now() + lastBreathMs; performance.now() < deadlineMs;) {
    if (!isAlive(holder)) return true;
    await sleep(10);
  }
  return false;
}
