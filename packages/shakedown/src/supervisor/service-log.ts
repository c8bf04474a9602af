import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { ServiceLog } from "../engines/engine.ts";

const tailLines = 200;

export interface OpenLog extends ServiceLog, Disposable {
  /** Writes out what is buffered, so that a reader of the file sees it. */
  flush(): void;
}

/**
 * A service's log: each line as `<ISO time> <out|err|shakedown> <text>`. Lines are gathered for one turn of the event loop
 * and written with one call, so that a chatty service does not hold up the supervisor.
 */
export function openServiceLog(fileOf: (slot?: number) => string): OpenLog {
  const bySlot = new Map<number, OpenLog>();
  const own = openOne(fileOf());
  return {
    ...own,
    forSlot(slot) {
      const known = bySlot.get(slot);
      if (known !== undefined) return known;
      const log: OpenLog = { ...openOne(fileOf(slot)), forSlot: () => log };
      bySlot.set(slot, log);
      return log;
    },
    flush() {
      own.flush();
      for (const log of bySlot.values()) log.flush();
    },
    [Symbol.dispose]() {
      own[Symbol.dispose]();
      for (const log of bySlot.values()) log[Symbol.dispose]();
    },
  };
}

function openOne(file: string): Omit<OpenLog, "forSlot"> {
  let descriptor: number | undefined;
  let pending: string[] = [];
  const recent: string[] = [];
  const flush = (): void => {
    if (pending.length === 0) return;
    const text = pending.join("");
    pending = [];
    try {
      if (descriptor === undefined) {
        mkdirSync(dirname(file), { recursive: true });
        // Two generations of a stack, and a service that comes back, write behind each other.
        descriptor = openSync(file, "a");
      }
      writeSync(descriptor, text);
    } catch {
      // A full or read-only disk must not take the services down; the lines are still in the tail.
    }
  };
  return {
    file,
    write(stream, line) {
      recent.push(line);
      if (recent.length > tailLines) recent.shift();
      if (pending.length === 0) setImmediate(flush);
      pending.push(`${new Date().toISOString()} ${stream} ${line}\n`);
    },
    tail: (most) => recent.slice(-most),
    flush,
    [Symbol.dispose]() {
      flush();
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
