import { stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { locateCacheFolder } from "../../providers/folders.ts";
import { bytesText } from "../bytes-text.ts";
import type { CheckResult, MachineCheck } from "../check.ts";

const leastBytes = 512 * 1024 * 1024;
const leastInodes = 20_000;

/** The disks that state, caches and sockets go to; two folders on one disk are one row. */
export const checkDisks: MachineCheck = async ({ environment, folder }) => {
  const places = [
    { what: "the project", path: folder },
    { what: "caches", path: locateCacheFolder(environment) },
    { what: "temporary files", path: environment["TMPDIR"] ?? tmpdir() },
  ];
  const disks = new Map<number, { path: string; what: string[] }>();
  for (const { what, path } of places) {
    const existing = await nearestExisting(path);
    const { dev } = await stat(existing);
    const known = disks.get(dev);
    if (known === undefined) disks.set(dev, { path: existing, what: [what] });
    else known.what.push(what);
  }
  return Promise.all([...disks.values()].map(({ path, what }) => lookAtDisk(path, what)));
};

async function lookAtDisk(
  path: string,
  what: readonly string[],
): Promise<Omit<CheckResult, "area">> {
  const { bavail, bsize, files, ffree } = await statfs(path);
  const free = bavail * bsize;
  // Some file systems (btrfs, overlays of it) make inodes as they need them and say 0.
  const countsInodes = files > 0;
  const inodes = countsInodes ? `, ${ffree.toLocaleString("en")} inodes` : "";
  const name = "disk";
  const seen = `${bytesText(free)}${inodes} free for ${what.join(", ")} (${path})`;
  const isShort = free < leastBytes || (countsInodes && ffree < leastInodes);
  if (!isShort) return { name, state: "ok", seen };
  return {
    name,
    state: "failed",
    seen,
    needed: `${bytesText(leastBytes)} and ${leastInodes.toLocaleString("en")} inodes`,
    remedy: "Make room; what Shakedown keeps goes with: shakedown down --purge",
  };
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch {
    // Not made yet: it will be on the disk of the folder above.
    return path === dirname(path) ? path : nearestExisting(join(path, ".."));
  }
}
