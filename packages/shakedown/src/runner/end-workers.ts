import { ownChildren } from "../process/own-children.ts";

/** Ends Vitest's workers whose tests do not stop by themselves. */
export function endWorkers(): void {
  for (const pid of ownChildren()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}
