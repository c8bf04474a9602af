import { setTimeout as sleep } from "node:timers/promises";
import { findSupervisor } from "../supervisor/client.ts";

const limitMs = 10_000;

/**
 * Waits for services that stop because their last session ended, so that a script's next line finds nothing of them.
 * Gives up silently: the supervisor goes on by itself.
 */
export async function untilServicesAreGone(
  stackFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (performance.now() < deadlineMs) {
    try {
      const supervisor = await findSupervisor(stackFile, environment);
      if (supervisor === undefined) return;
      const { keep, sessions } = await supervisor.status();
      if (keep || sessions.length > 0) return;
    } catch {
      // It went between our two questions.
    }
    await sleep(10);
  }
}
