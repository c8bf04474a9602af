import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { identityOf, isAlive, ownIdentity, type ProcessIdentity } from "../process/identity.ts";
import { locateDataFolders } from "../providers/folders.ts";
import { askSupervisor, isHung } from "./ask-supervisor.ts";
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
  const own = await recorded(places.key, environment);
  const asked = await askToStop(socket, { by, silenceMs });
  const identity = asked.identity ?? own;
  if (asked.silent !== undefined && identity === undefined) throw unknownSupervisor(asked.silent);
  const forced = identity === undefined ? undefined : await untilDead(identity, asked.silent);
  await untilLeashIsDone(places.key, environment);
  const swept = await sweepAbandoned(environment);
  if (identity === undefined) return swept === 0 ? undefined : { swept };
  return { pid: identity.pid, swept, ...(forced === undefined ? {} : { forced }) };

  /** Waits as long as it answers; kills it once it is silent. */
  async function untilDead(
    { pid, startTime }: ProcessIdentity,
    silent: unknown,
  ): Promise<string | undefined> {
    const target = { pid, startTime };
    for (let silence = silent; isAlive(target);) {
      if (silence !== undefined) {
        await kill(target);
        return (silence as Error).message;
      }
      await sleep(10);
      silence = await askSupervisor(socket, silenceMs).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    return undefined;
  }
}

/** The living supervisor that has claimed data folders for this stack, whether it answers or not. */
async function recorded(
  key: string,
  environment: Readonly<Record<string, string>>,
): Promise<ProcessIdentity | undefined> {
  const claims = await readClaims(locateDataFolders(environment));
  return claims.find(({ claim }) => claim.key === key && isAlive(claim))?.claim;
}

interface Asked {
  readonly identity?: ProcessIdentity;
  /** What it did instead of answering. */
  readonly silent?: unknown;
}

async function askToStop(
  socket: string,
  { by, silenceMs }: Required<EndSupervisorOptions>,
): Promise<Asked> {
  try {
    const there = await askSupervisor(socket, silenceMs);
    if (there === undefined) return {};
    const { pid, startTime } = there;
    const body = { by: `${by} (pid ${ownIdentity().pid})` };
    await call(socket, { method: "POST", path: "/stop", body }, { limitMs: silenceMs }).catch(
      (error: unknown) => {
        // It was on its way out.
        if (!isNobodyThere(error)) throw error;
      },
    );
    return { identity: { pid, startTime } };
  } catch (error) {
    if (isHung(error)) return { silent: error };
    throw error;
  }
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
