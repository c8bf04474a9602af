import { setTimeout as sleep } from "node:timers/promises";
import { killMarked, signalMarked } from "../process/process-tree.ts";
import type { Session } from "./sessions.ts";

/** How long a command whose `exec` was killed has to go by itself. */
const graceMs = 1000;

/**
 * `exec` ends its command on every way out but one: where it was killed itself. The command carries the session's id in its
 * environment, by which it is found.
 */
export async function endCommandOf({ purpose, id }: Session): Promise<void> {
  if (purpose !== "exec") return;
  if (signalMarked(id, "SIGTERM") === 0) return;
  await sleep(graceMs);
  killMarked(id);
}
