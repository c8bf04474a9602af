import type { CheckResult, MachineCheck, MachineContext } from "./check.ts";
import { checkContainerEngine } from "./machine/container-engine.ts";
import { checkDisks } from "./machine/disk-space.ts";
import { checkLimits } from "./machine/limits.ts";
import { checkLocaleAndClock } from "./machine/locale-and-clock.ts";
import { checkLoopback } from "./machine/loopback.ts";
import { checkMemory } from "./machine/memory.ts";
import { checkMemoryDisk } from "./machine/memory-disk.ts";
import { checkPrivateFolders } from "./machine/private-folders.ts";
import { checkNode } from "./machine/node-version.ts";

const checks: readonly MachineCheck[] = [
  checkNode,
  checkMemory,
  checkMemoryDisk,
  checkDisks,
  checkPrivateFolders,
  checkLimits,
  checkLoopback,
  checkLocaleAndClock,
  checkContainerEngine,
];

/** What this machine has, one fact after the other. A check that cannot look is a result as well. */
export async function* examineMachine(context: MachineContext): AsyncGenerator<CheckResult> {
  for (const check of checks) {
    try {
      for (const result of await check(context)) yield { ...result, area: "machine" };
    } catch (error) {
      yield {
        name: check.name.replace(/^check/, "").toLowerCase(),
        area: "machine",
        state: "skipped",
        seen: `could not be looked at: ${(error as Error).message}`,
      };
    }
  }
}
