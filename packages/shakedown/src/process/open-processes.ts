import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { findProgram } from "./find-program.ts";
import { identityOf } from "./identity.ts";
import { openLeash } from "./leash.ts";
import type { LeashRecord } from "./leash-record.ts";
import { manageChild } from "./manage-child.ts";
import type { ManagedProcess, Processes, StartOptions } from "./managed-process.ts";
import { spawnGated } from "./spawn-gated.ts";

export interface OpenProcessesOptions {
  /** Random: marks the environment of every child, so that none can hide from the leash. Letters and digits only. */
  readonly cookie: string;
  /** Told of what would have to be ended and removed, should the leash be killed as well. */
  readonly record?: LeashRecord;
  /** Removed with everything else when the supervisor is dead. */
  readonly runtimeFolder?: string;
  /** Told of what a person should know but nobody has to act on. */
  readonly onNote?: (text: string) => void;
}

const lastGraceMs = 500;

/**
 * Starts children that die with this process, whatever kills it. Disposing stops them all, then removes the folders.
 *
 *   this process ──pipe──► watcher (sh, own session)     start = fork a gate → watcher knows its pid → gate execs
 *        └── children, each in its own group                       (a kill at any of these moments leaves nothing)
 */
export async function openProcesses(
  options: OpenProcessesOptions,
): Promise<Processes & AsyncDisposable> {
  const { cookie, record, runtimeFolder, onNote = () => undefined } = options;
  const leash = openLeash({
    cookie,
    onNote,
    ...(record === undefined ? {} : { record }),
  });
  const running = new Set<ManagedProcess>();
  let count = 0;
  let closing = false;

  async function start(startOptions: StartOptions): Promise<ManagedProcess> {
    if (closing)
      throw new ShakedownError(
        "START_FAILED",
        `${startOptions.title} was not started: everything is being stopped`,
      );
    checkStartable(startOptions);
    count += 1;
    const mark = `SHAKEDOWN_LEASH=${cookie}.${count}`;
    const gated = await spawnGated(startOptions, mark);
    const identity = identityOf(gated.pid) ?? { pid: gated.pid, startTime: "gone" };
    const entry = `process ${identity.pid} ${identity.startTime} ${startOptions.deathSignal.slice("SIG".length)}`;
    const managed = manageChild({ child: gated.child, identity, mark, startOptions });
    running.add(managed);
    void managed.treeGone.then(() => {
      running.delete(managed);
      leash.letGo(entry);
    });
    try {
      await leash.hold(entry);
    } catch (error) {
      await managed.stop();
      throw error;
    }
    gated.open();
    return managed;
  }

  async function removeOnDeath(folder: string): Promise<void> {
    if (!isAbsolute(folder) || resolve(folder) === "/") {
      throw new ShakedownError("INTERNAL", `${folder} is not a folder that can be removed`);
    }
    await leash.hold(`folder ${resolve(folder)}`);
  }

  if (runtimeFolder !== undefined) await removeOnDeath(runtimeFolder);
  return {
    start,
    removeOnDeath,
    removeNameOnDeath: (link) => leash.hold(`name ${resolve(link)}`),
    async runOnDeath(command) {
      const entry = `run ${command.map(quoteForShell).join(" ")}`;
      await leash.hold(entry);
      return () => leash.letGo(entry);
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      await Promise.all([...running].map(stopSoon));
      await leash[Symbol.asyncDispose]();
    },
  };
}

function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What still runs has had its time, or nobody has asked it to stop at all. */
async function stopSoon(managed: ManagedProcess): Promise<void> {
  const force = setTimeout(() => managed.signal("SIGKILL", "group"), lastGraceMs);
  await managed.stop();
  clearTimeout(force);
}

/** Spawning tells the same ENOENT for all of these. */
function checkStartable({ title, command, cwd, env }: StartOptions): void {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ShakedownError(
      "START_FAILED",
      `${title} cannot run in ${cwd}: there is no such folder`,
      {
        hint: `Make the folder, or correct cwd: mkdir -p '${cwd}'`,
        details: { command, cwd },
      },
    );
  }
  const path = env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  if (findProgram(command, { path, cwd }) === undefined) {
    throw new ShakedownError("START_FAILED", `${title} cannot run ${command}: no such program`, {
      hint: command.includes("/")
        ? `Look at the file: ls -l ${command}`
        : `Install ${command}, or give its full path`,
      details: { command, cwd, path },
    });
  }
}
