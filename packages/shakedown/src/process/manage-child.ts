import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessIdentity } from "./identity.ts";
import { splitLines } from "./line-splitter.ts";
import type { Exit, ManagedProcess, StartOptions, StopStep } from "./managed-process.ts";
import { isGroupGone, killMarked, signalGroup, waitForGroup } from "./process-tree.ts";
import type { OutputChild } from "./spawn-gated.ts";

export interface ManagedChild {
  readonly child: OutputChild;
  readonly identity: ProcessIdentity;
  /** What every process of the tree has in its environment: `NAME=value`. */
  readonly mark: string;
  readonly startOptions: StartOptions;
}

/** How long output that was written before the exit may take to arrive. */
const lastOutputMs = 250;

/** Keeps the output of a child flowing and knows how to end its whole tree. */
export function manageChild(
  managed: ManagedChild,
): ManagedProcess & { readonly treeGone: Promise<void> } {
  const { child, identity, mark, startOptions } = managed;
  const output = drain(child, startOptions.onLine);
  // Never "close": a grandchild that keeps the pipe open would hold it back for ever.
  const left = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  let hasLeft = false;
  void left.then(() => {
    hasLeft = true;
  });
  let stopping: Promise<void> | undefined;

  // What a dead service leaves running would hold its ports and files against the next one.
  const treeGone = left.then(async () => {
    await stopping;
    await killRest(identity, mark);
    await lastOutput();
    child.stdout.destroy();
    child.stderr.destroy();
    output.flush();
  });
  const exited = left.then(async (exit) => {
    await lastOutput();
    return exit;
  });

  function lastOutput(): Promise<unknown> {
    return Promise.race([output.ended, sleep(lastOutputMs)]);
  }

  async function runSteps(): Promise<void> {
    for (const step of startOptions.stopSteps) {
      if (hasLeft && isGroupGone(identity.pid)) return;
      send(step.signal, step.to);
      // A stopped process gets no other signal than this one and SIGKILL.
      if (step.signal !== "SIGKILL") signalGroup(identity, "SIGCONT");
      if (await isOver(step)) return;
    }
    signalGroup(identity, "SIGKILL");
  }

  /** After a step for the process alone, whatever is left of its group is ended at once. */
  async function isOver({ to, waitMs }: StopStep): Promise<boolean> {
    const startedMs = performance.now();
    const inTime = new AbortController();
    const gone = await Promise.race([
      left.then(() => true),
      sleep(waitMs, false, { signal: inTime.signal }).catch(() => false),
    ]);
    inTime.abort();
    if (!gone) return false;
    return (
      to === "process" ||
      (await waitForGroup(identity.pid, waitMs - (performance.now() - startedMs)))
    );
  }

  function send(name: NodeJS.Signals, to: "group" | "process"): void {
    if (to === "group") signalGroup(identity, name);
    else if (!hasLeft) child.kill(name);
  }

  return {
    pid: identity.pid,
    exited,
    treeGone,
    signal: (name, to = "process") => send(name, to),
    async stop() {
      stopping ??= hasLeft ? Promise.resolve() : runSteps();
      await treeGone;
      return exited;
    },
  };
}

async function killRest(identity: ProcessIdentity, mark: string): Promise<void> {
  if (!isGroupGone(identity.pid)) {
    signalGroup(identity, "SIGKILL");
    // A process in uninterruptible sleep dies when its call returns: waited for, but not for ever.
    await waitForGroup(identity.pid, 10_000);
  }
  // The mark ends with a NUL in the environment, so that process 1 does not name process 10.
  killMarked(`${mark}\0`);
}

function drain(
  child: OutputChild,
  onLine: StartOptions["onLine"],
): { ended: Promise<unknown>; flush: () => void } {
  const streams = (["out", "err"] as const).map((name) => {
    const stream = name === "out" ? child.stdout : child.stderr;
    const splitter = splitLines((line) => onLine(name, line));
    stream.on("data", (chunk: Buffer) => splitter.push(chunk));
    // ECONNRESET and the like: the process is gone, which its exit tells.
    stream.on("error", () => undefined);
    const ended = new Promise<void>((resolve) => {
      stream.once("end", () => {
        splitter.flush();
        resolve();
      });
      stream.once("close", resolve);
    });
    return { ended, flush: () => splitter.flush() };
  });
  return {
    ended: Promise.all(streams.map((stream) => stream.ended)),
    flush: () => streams.forEach((stream) => stream.flush()),
  };
}
