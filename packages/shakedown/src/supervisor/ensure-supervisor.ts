import { mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { ownModule } from "../kit/own-module.ts";
import { startDetached } from "../process/detached.ts";
import { identityOf, ownIdentity, isAlive, type ProcessIdentity } from "../process/identity.ts";
import { locateSocketFolder, makeFolders } from "../providers/folders.ts";
import { type Places, placesOf } from "./places.ts";
import { protocolVersion, type SupervisorInfo } from "./protocol.ts";
import { call, isNobodyThere } from "./wire.ts";

const limitMs = 30_000;
/** It waits most of the time: room for short-lived objects and helper threads of V8 would lie idle. */
const littleMemory = ["--max-semi-space-size=1", "--v8-pool-size=1"];
const lookEveryMs = 5;
/** Who has not written its name into its lock by then died before it could. */
const ownerWriteMs = 2000;

export interface SupervisorAddress {
  readonly socket: string;
  readonly places: Places;
}

export async function addressOf(
  stackFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<SupervisorAddress> {
  const places = placesOf(stackFile);
  const sockets = await locateSocketFolder({ stackFile, environment });
  return { socket: join(sockets, `${places.key}.sock`), places };
}

/** The supervisor that answers on the socket now, if there is one that stays. */
export async function askSupervisor(
  socket: string,
): Promise<(SupervisorInfo & { readonly stopping: boolean }) | undefined> {
  try {
    return await call<SupervisorInfo & { readonly stopping: boolean }>(socket, {
      method: "GET",
      path: "/",
    });
  } catch (error) {
    if (isNobodyThere(error)) return undefined;
    throw error;
  }
}

/**
 * Makes sure that a supervisor of this stack file listens. Of many who come at once, one starts it; a supervisor that is
 * about to stop is waited for, and the next one started.
 */
export async function ensureSupervisor(
  address: SupervisorAddress,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const { socket, places } = address;
  const deadlineMs = Date.now() + limitMs;
  const lock = `${socket}.lock`;
  while (Date.now() < deadlineMs) {
    const there = await askSupervisor(socket);
    if (there !== undefined && !there.stopping) return refuseOtherProtocol(there);
    if (there === undefined && (await takeLock(address, environment, lock))) {
      try {
        // Between our look and the lock another client may have started one.
        if ((await askSupervisor(socket)) === undefined) {
          if (await start(address, environment, deadlineMs)) return;
        }
      } finally {
        await rm(lock, { recursive: true, force: true });
        await rmdir(dirname(lock)).catch(() => {}); // the supervisor is in it, as it should be
      }
    }
    await sleep(lookEveryMs);
  }
  throw new ShakedownError(
    "SUPERVISOR_UNREACHABLE",
    `the supervisor did not answer within ${limitMs} ms`,
    {
      details: { socket, log: places.supervisorLog, logTail: await logTail(places.supervisorLog) },
      hint: "Read the log above; end it with `shakedown down` if it hangs.",
    },
  );
}

function refuseOtherProtocol(info: SupervisorInfo): void {
  if (info.protocol === protocolVersion) return;
  throw new ShakedownError(
    "CONTROL_PROTOCOL",
    `a supervisor of Shakedown ${info.version} is running (pid ${info.pid}), which speaks another protocol`,
    {
      hint: "Stop it with `shakedown down`.",
    },
  );
}

/** A folder is made by one process only; it names its owner, so that a dead owner's lock can be taken over. */
async function takeLock(
  { places: { stackFile } }: SupervisorAddress,
  environment: Readonly<Record<string, string>>,
  lock: string,
): Promise<boolean> {
  await makeFolders({ stackFile, environment });
  const owner = join(lock, "owner.json");
  try {
    await mkdir(lock);
    await writeFile(owner, JSON.stringify(ownIdentity()));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A supervisor that stopped took the empty folder along: the next try makes it again.
    if (code === "ENOENT") return false;
    if (code !== "EEXIST") throw error;
  }
  await removeDeadLock(lock);
  return false;
}

/** A client that was killed while it started a supervisor leaves its lock. */
export async function removeDeadLock(lock: string): Promise<void> {
  const held = await readOwner(join(lock, "owner.json"));
  const isDead = held === undefined ? await isOlderThan(lock, ownerWriteMs) : !isAlive(held);
  if (isDead) await rm(lock, { recursive: true, force: true });
}

async function isOlderThan(lock: string, ageMs: number): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined); // given up in this moment
  return found !== undefined && Date.now() - found.mtimeMs > ageMs;
}

/** Undefined while the owner is still writing its name. */
async function readOwner(file: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

async function start(
  { socket, places }: SupervisorAddress,
  environment: Readonly<Record<string, string>>,
  deadlineMs: number,
): Promise<boolean> {
  await mkdir(dirname(places.supervisorLog), { recursive: true });
  const main = fileURLToPath(ownModule("supervisor/main"));
  const pid = await startDetached({
    command: process.execPath,
    args: [...littleMemory, main, JSON.stringify({ places, socket, starter: ownIdentity() })],
    cwd: dirname(places.stackFile),
    env: environment,
    logFile: places.supervisorLog,
  });
  const identity = identityOf(pid);
  while (Date.now() < deadlineMs) {
    if ((await askSupervisor(socket)) !== undefined) return true;
    if (identity === undefined || !isAlive(identity)) {
      throw new ShakedownError(
        "SUPERVISOR_UNREACHABLE",
        "the supervisor ended before it listened",
        {
          details: { log: places.supervisorLog, logTail: await logTail(places.supervisorLog) },
        },
      );
    }
    await sleep(lookEveryMs);
  }
  return false;
}

async function logTail(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => ""); // it may have died before it wrote a line
  return text.trimEnd().split("\n").slice(-20);
}
