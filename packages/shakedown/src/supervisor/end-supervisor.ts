import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../errors/shakedown-error.ts";
import {
  identityOf,
  isAlive,
  isSame,
  ownIdentity,
  type ProcessIdentity,
} from "../process/identity.ts";
import { locateDataFolders } from "../providers/folders.ts";
import { askSupervisor, isHung } from "./ask-supervisor.ts";
import { startingUnder } from "./client-lock.ts";
import { readClaims } from "./data-claims.ts";
import { addressOf } from "./ensure-supervisor.ts";
import { sweepAbandoned } from "./sweep-abandoned.ts";
import { call, isNobodyThere } from "./wire.ts";

export interface EndedSupervisor {
  /** Absent where only leftovers of a dead one were found. */
  readonly pid?: number;
  /** Why it had to be killed, where it did not end by itself. */
  readonly forced?: string;
  /** How many dead supervisors, of any stack, had left something. */
  readonly swept: number;
}

export interface EndSupervisorOptions {
  /** Who ends it, for the runs that lose it: "`shakedown down`". */
  readonly by: string;
  /** How long it may be silent before it is killed. @default 3000 */
  readonly silenceMs?: number;
}

/** From SIGTERM to SIGKILL, for one that hangs. */
const graceMs = 1000;
/** Its leash needs up to 200 ms after its death, and then removes folders. */
const leashMs = 2000;

/**
 * Ends a stack's supervisor with everything that it runs, and settles when all is gone: by asking, or by its recorded pid
 * and start time where it does not answer. Leftovers of dead supervisors go, too. Undefined when there was nothing.
 */
export async function endSupervisor(
  stackFile: string,
  environment: Readonly<Record<string, string>>,
  { by, silenceMs = 3000 }: EndSupervisorOptions,
): Promise<EndedSupervisor | undefined> {
  const { socket, places } = await addressOf(stackFile, environment);
  const { identity, silent } = await whoIsThere(socket, places.key, { environment, silenceMs });
  if (silent !== undefined && identity === undefined) throw unknownSupervisor(silent);
  const forced =
    identity === undefined
      ? undefined
      : await untilDead(identity, { socket, by: `${by} (pid ${ownIdentity().pid})`, silenceMs });
  await untilLeashIsDone(places.key, environment);
  const swept = await sweepAbandoned(environment);
  if (identity === undefined) return swept === 0 ? undefined : { swept };
  return { pid: identity.pid, swept, ...(forced === undefined ? {} : { forced }) };
}

interface There {
  readonly identity?: ProcessIdentity;
  /** What it did instead of answering. */
  readonly silent?: unknown;
}

/** Who answers; or who has claimed data folders for this stack; or whom a client is starting at this moment. */
async function whoIsThere(
  socket: string,
  key: string,
  options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly silenceMs: number;
  },
): Promise<There> {
  try {
    const there = await askSupervisor(socket, options.silenceMs);
    if (there !== undefined) return { identity: { pid: there.pid, startTime: there.startTime } };
  } catch (error) {
    if (!isHung(error)) throw error;
    const identity = await recorded(key, options.environment);
    return { silent: error, ...(identity === undefined ? {} : { identity }) };
  }
  const identity =
    (await recorded(key, options.environment)) ?? (await startingUnder(`${socket}.lock`));
  return identity === undefined ? {} : { identity };
}

/** The living supervisor that has claimed data folders for this stack, whether it answers or not. */
async function recorded(
  key: string,
  environment: Readonly<Record<string, string>>,
): Promise<ProcessIdentity | undefined> {
  const claims = await readClaims(locateDataFolders(environment));
  return claims.find(({ claim }) => claim.key === key && isAlive(claim))?.claim;
}

/** Asks it to stop and waits as long as it answers; kills it once it is silent, and says so. */
async function untilDead(
  { pid, startTime }: ProcessIdentity,
  {
    socket,
    by,
    silenceMs,
  }: { readonly socket: string; readonly by: string; readonly silenceMs: number },
): Promise<string | undefined> {
  const target = { pid, startTime };
  let heardMs = performance.now();
  while (isAlive(target)) {
    try {
      const there = await askSupervisor(socket, silenceMs);
      if (there !== undefined) {
        heardMs = performance.now();
        if (!there.stopping && isSame(there, target))
          await call(
            socket,
            { method: "POST", path: "/stop", body: { by } },
            { limitMs: silenceMs },
          );
      }
    } catch (error) {
      if (isHung(error)) {
        await kill(target);
        return (error as Error).message;
      }
      if (!isNobodyThere(error)) throw error;
    }
    if (performance.now() - heardMs > silenceMs) {
      await kill(target);
      return `process ${pid} did not listen for ${silenceMs} ms`;
    }
    await sleep(10);
  }
  return undefined;
}

/** Its leash does the rest: services and data go with it. */
async function kill(target: ProcessIdentity): Promise<void> {
  // A stopped process gets no other signal than these two.
  signal(target, "SIGTERM");
  signal(target, "SIGCONT");
  await untilGone(target, graceMs);
  signal(target, "SIGKILL");
  await untilGone(target, graceMs);
}

async function untilGone(target: ProcessIdentity, limitMs: number): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (isAlive(target) && performance.now() < deadlineMs) await sleep(5);
}

async function untilLeashIsDone(
  key: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const deadlineMs = performance.now() + leashMs;
  while (performance.now() < deadlineMs) {
    const claims = await readClaims(locateDataFolders(environment));
    if (!claims.some(({ claim }) => claim.key === key && !isAlive(claim))) return;
    await sleep(10);
  }
}

function signal(target: ProcessIdentity, name: NodeJS.Signals): void {
  if (identityOf(target.pid)?.startTime !== target.startTime) return;
  try {
    process.kill(target.pid, name);
  } catch {
    // It went in this moment.
  }
}

function unknownSupervisor(cause: unknown): ShakedownError {
  return new ShakedownError(
    "SUPERVISOR_UNREACHABLE",
    `a supervisor holds the socket and does not answer, and no record of it was found`,
    { hint: "Find it and end it: pgrep -af supervisor/main.js", cause },
  );
}
