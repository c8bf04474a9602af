import { statfs } from "node:fs/promises";
import { bytesText } from "../bytes-text.ts";
import type { MachineCheck } from "../check.ts";

const tmpfs = 0x01021994;
/** Below this, data folders go to the disk. */
const leastBytes = 512 * 1024 * 1024;

/** Databases live in memory where there is a tmpfs with room. */
export const checkMemoryDisk: MachineCheck = async () => {
  const name = "data in memory";
  if (process.platform !== "linux")
    return [
      { name, state: "skipped", seen: `no tmpfs on ${process.platform}: data is on the disk` },
    ];
  const found = await statfs("/dev/shm").catch(() => undefined); // none in some containers
  if (found?.type !== tmpfs) {
    return [
      {
        name,
        state: "advice",
        seen: "/dev/shm is no tmpfs: data is on the disk",
        needed: "a tmpfs, for speed",
        remedy: "In a container: docker run --tmpfs /dev/shm:size=1g …, or --shm-size=1g",
      },
    ];
  }
  const free = found.bavail * found.bsize;
  if (free >= leastBytes)
    return [{ name, state: "ok", seen: `${bytesText(free)} free in /dev/shm` }];
  return [
    {
      name,
      state: "advice",
      seen: `${bytesText(free)} free in /dev/shm: data is on the disk`,
      needed: bytesText(leastBytes),
      remedy: "In a container: docker run --shm-size=1g … (Docker's own default is 64 MB)",
    },
  ];
};
