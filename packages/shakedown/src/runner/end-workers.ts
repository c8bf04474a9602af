import { childrenOf } from "../process/children-of.ts";

/** Ends this process's own children: Vitest's workers whose tests do not stop by themselves. */
export function endWorkers(): void {
  for (const pid of childrenOf(process.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}
