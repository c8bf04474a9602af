import { type ChildProcessByStdio, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { Readable, Writable } from "node:stream";
import { ShakedownError } from "../errors/shakedown-error.ts";
import { coverInherited } from "./inherited-descriptors.ts";
import type { LeashRecord } from "./leash-record.ts";
import { leashScript } from "./leash-script.ts";

/** What the watcher ends or removes when this process is dead. */
export interface Leash extends AsyncDisposable {
  /** Returns once the watcher knows. */
  hold(entry: string): Promise<void>;
  letGo(entry: string): void;
}

export interface LeashOptions {
  readonly cookie: string;
  /** Told of everything that is held, as long as it is. */
  readonly record?: LeashRecord;
  /** Told when the watcher itself died and was started anew. */
  readonly onNote: (text: string) => void;
}

interface Watcher {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly gone: Promise<void>;
  readonly unanswered: Array<{ resolve: () => void; reject: (error: Error) => void }>;
  answered: boolean;
}

const mostWatchers = 3;

/** Starts its watcher with the first entry. Disposing it closes the pipe, and the watcher does what it does on a death. */
export function openLeash({ cookie, record, onNote }: LeashOptions): Leash {
  const held = new Set<string>();
  let watcher: Watcher | undefined;
  let closing = false;

  function start(): Watcher {
    const started = startWatcher(cookie, (dead) => {
      watcher = undefined;
      if (closing || !dead.answered) {
        for (const { reject } of dead.unanswered) reject(watcherGone());
        return;
      }
      onNote("the leash's watcher died; another one was started");
      watcher = start();
      const known = [...held].map((entry) => send(`+${entry}`));
      Promise.all(known).then(
        () => dead.unanswered.forEach(({ resolve }) => resolve()),
        (error: Error) => dead.unanswered.forEach(({ reject }) => reject(error)),
      );
    });
    return started;
  }

  function send(line: string): Promise<void> {
    watcher ??= start();
    const { child, unanswered } = watcher;
    child.stdout.resume();
    setHoldsLoop(child, true);
    return new Promise((resolve, reject) => {
      unanswered.push({ resolve, reject });
      child.stdin.write(`${line}\n`);
    });
  }

  return {
    async hold(entry) {
      if (closing) throw watcherGone();
      if (entry.includes("\n"))
        throw new ShakedownError(
          "INTERNAL",
          `the leash cannot hold an entry with a line end: ${JSON.stringify(entry)}`,
        );
      if (held.has(entry)) return;
      held.add(entry);
      record?.add(entry);
      await send(`+${entry}`);
    },
    letGo(entry) {
      if (!held.delete(entry) || closing) return;
      record?.drop(entry);
      if (watcher === undefined) return;
      // A failure only means that the watcher is dead, and the next one is not told of this entry at all.
      send(`-${entry}`).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      if (closing) return;
      closing = true;
      let last = watcher;
      for (let tries = 1; last !== undefined && tries <= mostWatchers; tries += 1) {
        const { child, gone } = last;
        child.ref();
        child.stdin.end();
        await gone;
        if (child.signalCode === null) return;
        // Killed in the middle of it: another one begins anew.
        last = startWatcher(cookie, () => {});
        for (const entry of held) last.child.stdin.write(`+${entry}\n`);
      }
    },
  };
}

function startWatcher(cookie: string, onDeath: (watcher: Watcher) => void): Watcher {
  const nullDescriptor = openSync(devNull, "r+");
  const child = spawn("/bin/sh", ["-c", 'eval "$leash"', "shakedown-leash", cookie], {
    cwd: "/",
    // By environment, not as an argument: the script would fill every line of ps.
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", leash: leashScript },
    detached: true,
    stdio: coverInherited(["pipe", "pipe", "ignore"], nullDescriptor),
  }) as ChildProcessByStdio<Writable, Readable, null>;
  closeSync(nullDescriptor);
  child.unref();
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const watcher: Watcher = { child, gone, unanswered: [], answered: false };
  // EPIPE: the exit that follows says all.
  child.stdin.on("error", () => undefined);
  child.stdout.on("data", (chunk: Buffer) => {
    for (const byte of chunk) {
      if (byte !== 0x0a) continue;
      watcher.answered = true;
      watcher.unanswered.shift()?.resolve();
    }
    if (watcher.unanswered.length === 0) setHoldsLoop(child, false);
  });
  void gone.then(() => onDeath(watcher));
  return watcher;
}

/** Only an unanswered entry may keep Node alive: a supervisor that has nothing left to do ends, and the leash with it. */
function setHoldsLoop(child: Watcher["child"], holds: boolean): void {
  for (const stream of [child.stdin, child.stdout] as unknown as {
    ref?: () => void;
    unref?: () => void;
  }[]) {
    if (holds) stream.ref?.();
    else stream.unref?.();
  }
}

function watcherGone(): ShakedownError {
  return new ShakedownError(
    "INTERNAL",
    "the leash's watcher is gone, and nothing can be started without it",
    {
      hint: "Look whether this machine ends processes it does not know, then run the command again",
    },
  );
}
