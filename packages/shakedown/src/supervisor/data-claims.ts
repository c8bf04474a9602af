import { readFileSync, readlinkSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";

/** What a supervisor leaves if nothing of it is there any more to tidy up. */
export interface DataClaim extends ProcessIdentity {
  /** Stands for the stack file in names of folders. */
  readonly key: string;
  /** Marks the environment of its children. */
  readonly cookie: string;
  /** Its folder of sockets. */
  readonly sockets: string;
  /** The name under which clients find it. */
  readonly socket: string;
  readonly stackFile: string;
  /** Which boot of which kernel's processes its number belongs to. */
  readonly world: ProcessWorld;
}

interface ProcessWorld {
  readonly boot: string;
  readonly namespace: string;
}

export interface FoundClaim {
  readonly claim: DataClaim;
  readonly file: string;
  /** The folder that it stands in, with the data folders. */
  readonly root: string;
}

const suffix = ".owner";

/** The file that says whose data folders these are, for whoever finds them later. */
export function claimFileOf(root: string, key: string, { pid }: ProcessIdentity): string {
  return join(root, `${key}-${pid}${suffix}`);
}

export async function claimData(file: string, claim: Omit<DataClaim, "world">): Promise<void> {
  await writeFile(file, JSON.stringify({ ...claim, world: thisWorld() } satisfies DataClaim), {
    mode: 0o600,
  });
}

/** What the supervisor's leash holds, beside its claim. */
export function recordFileOf(claimFile: string): string {
  return claimFile.replace(/\.owner$/, ".leash");
}

/** All claims that can be read: of every stack of this user. */
export async function readClaims(roots: readonly string[]): Promise<readonly FoundClaim[]> {
  const found = await Promise.all(
    roots.map(async (root) => {
      const names = await readdir(root).catch(() => []); // no such folder: nothing was ever started
      return names.filter((name) => name.endsWith(suffix)).map((name) => ({ root, name }));
    }),
  );
  const claims = await Promise.all(
    found.flat().map(async ({ root, name }) => {
      const file = join(root, name);
      const claim = await readClaim(file);
      return claim === undefined ? [] : [{ claim, file, root }];
    }),
  );
  return claims.flat();
}

/** Whether nobody can be behind it any more. Processes of another container cannot be seen from here: theirs count as living. */
export function isAbandoned(claim: DataClaim): boolean {
  const here = thisWorld();
  if (claim.world.boot !== here.boot) return true;
  return claim.world.namespace === here.namespace && !isAlive(claim);
}

/** Whether processes keep the numbers that they had when the claim was made. */
export function isOfThisBoot({ world }: DataClaim): boolean {
  return world.boot === thisWorld().boot;
}

/** Undefined while its owner is still writing it, when its leash has just removed it, and for one of an older version. */
async function readClaim(file: string): Promise<DataClaim | undefined> {
  try {
    const claim = JSON.parse(await readFile(file, "utf8")) as DataClaim;
    return claim.world === undefined ? undefined : claim;
  } catch {
    return undefined;
  }
}

function thisWorld(): ProcessWorld {
  return {
    boot: orNothing(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: orNothing(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** Without /proc there is one world, and start times tell boots apart. */
function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
