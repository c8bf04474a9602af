import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import type { Session } from "./sessions.ts";

/** How long a worker may take to end after its run has. */
const lastBreathMs = 500;

/**
 * After a session: a slot whose worker was at work, killed or not, is never handed on as it is. What the worker has sent
 * may still be written, and a worker that outlives its runner goes on writing; fresh shares have other names and ports.
 */
export function fenceSlots({ room, borrowed }: Session): void {
  for (const { slot, holder, atRest } of borrowed.values())
    void room.slot(slot).fence(() => (atRest ? isGone(holder) : Promise.resolve(false)));
}

async function isGone(holder: ProcessIdentity): Promise<boolean> {
  for (const deadlineMs = performance.now() + lastBreathMs; performance.now() < deadlineMs;) {
    if (!isAlive(holder)) return true;
    await sleep(10);
  }
  return false;
}
