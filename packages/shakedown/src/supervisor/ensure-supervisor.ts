import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { ownModule } from "../kit/own-module.ts";
import { startDetached } from "../process/detached.ts";
import { identityOf, isAlive, ownIdentity } from "../process/identity.ts";
import { locateSocketFolder, makeFolders } from "../providers/folders.ts";
import { askSupervisor } from "./ask-supervisor.ts";
import { type HeldLock, takeLock } from "./client-lock.ts";
import { type Places, placesOf } from "./places.ts";
import { protocolVersion, type SupervisorInfo } from "./protocol.ts";

const limitMs = 30_000;
/** It waits most of the time: room for short-lived objects and helper threads of V8 would lie idle. */
const littleMemory = ["--max-semi-space-size=1", "--v8-pool-size=1"];
const lookEveryMs = 5;
/** Twenty who wait for the same supervisor must not keep it from getting ready. */
const mostPauseMs = 50;

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

/**
 * Makes sure that a supervisor of this stack file listens. Of many who come at once, one starts it; a supervisor that is
 * about to stop is waited for, and the next one started.
 */
export async function ensureSupervisor(
  address: SupervisorAddress,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const { socket, places } = address;
  const { stackFile } = places;
  let deadlineMs = performance.now() + limitMs;
  const lock = `${socket}.lock`;
  for (let pauseMs = lookEveryMs; performance.now() < deadlineMs; pauseMs *= 1.02) {
    const there = await askSupervisor(socket);
    if (there !== undefined && !there.stopping) return refuseOtherProtocol(there);
    // As long as it answers, its services use the time that the stack gives them to stop.
    if (there !== undefined) deadlineMs = performance.now() + limitMs;
    if (there === undefined) {
      await using held = await takeLock(lock, () => makeFolders({ stackFile, environment }));
      // Between our look and the lock another client may have started one.
      if (held !== undefined && (await askSupervisor(socket)) === undefined) {
        if (await start(address, environment, { deadlineMs, held })) return;
      }
    }
    await sleep(Math.min(pauseMs, mostPauseMs));
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

async function start(
  { socket, places }: SupervisorAddress,
  environment: Readonly<Record<string, string>>,
  { deadlineMs, held }: { readonly deadlineMs: number; readonly held: HeldLock },
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
  if (identity !== undefined) await held.starts(identity);
  while (performance.now() < deadlineMs) {
    if ((await askSupervisor(socket)) !== undefined) return true;
    if (identity === undefined || !isAlive(identity)) {
      throw endedEarly(places.supervisorLog, await logTail(places.supervisorLog));
    }
    await sleep(lookEveryMs);
  }
  // Nobody else knows of it.
  if (identity !== undefined && isAlive(identity)) process.kill(pid, "SIGKILL");
  return false;
}

/** A full disk is nobody's bug: its own words are the message. */
function endedEarly(log: string, tail: readonly string[]): ShakedownError {
  const refused = tail.findLast((line) => /\bE(?:NOSPC|DQUOT|ROFS|MFILE|NFILE|NOMEM)\b/.test(line));
  const reason = refused?.replace(/^ended: (?:Error: )?/, "");
  return new ShakedownError(
    reason === undefined ? "SUPERVISOR_UNREACHABLE" : "MACHINE_LIMIT",
    reason === undefined
      ? "the supervisor ended before it listened"
      : `the supervisor could not start: ${reason}`,
    {
      details: { log, logTail: tail },
      hint: "See what this machine lacks: shakedown doctor",
    },
  );
}

async function logTail(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => ""); // it may have died before it wrote a line
  return text.trimEnd().split("\n").slice(-20);
}
