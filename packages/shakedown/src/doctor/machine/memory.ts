import { totalmem } from "node:os";
import { bytesText } from "../bytes-text.ts";
import type { MachineCheck } from "../check.ts";

const leastBytes = 512 * 1024 * 1024;
/** A Vitest worker with its share of a database, a cache and a server of the application. */
const bytesPerWorker = 300 * 1024 * 1024;

export const checkMemory: MachineCheck = async () => {
  // Node asks the control group, where a container has a limit.
  const available = process.availableMemory();
  const limit = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const workers = Math.floor(available / bytesPerWorker);
  const seen = `${bytesText(available)} available of ${bytesText(limit)}`;
  if (available < leastBytes) {
    return [
      {
        name: "memory",
        state: "failed",
        seen,
        needed: bytesText(leastBytes),
        remedy: "Close what takes it, or raise the limit of the container or the virtual machine",
      },
    ];
  }
  return [{ name: "memory", state: "ok", seen: `${seen}: room for about ${workers} workers` }];
};
