import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity } from "../process/identity.ts";

const prefix = ".new-";

/**
 * A folder of our own beside what is finished; the caller removes it. Those of processes that were killed at it are
 * removed here: nobody else would.
 */
export async function asideFolder(parent: string): Promise<string> {
  const names = await readdir(parent);
  await Promise.all(
    names
      .filter((name) => name.startsWith(prefix) && !isInUse(name))
      .map((name) => rm(join(parent, name), { recursive: true, force: true })),
  );
  const { pid, startTime } = ownIdentity();
  return mkdtemp(join(parent, `${prefix}${pid}-${encodeURIComponent(startTime)}-`));
}

function isInUse(name: string): boolean {
  const [, pid, startTime = ""] = /^\.new-(\d+)-(.*)-\w{6}$/.exec(name) ?? [];
  return (
    pid !== undefined && isAlive({ pid: Number(pid), startTime: decodeURIComponent(startTime) })
  );
}
