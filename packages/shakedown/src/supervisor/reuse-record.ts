import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Places } from "./places.ts";
import { reasonsBetween, type ReuseReason, type StackPart } from "./reuse-reasons.ts";

/** What a session got: what ran before it, or new services, and why. */
export interface Reuse {
  /**
   * "attached": what ran is used. "anew": what ran does not fit any more. "first": nothing ran.
   * "own": services of its own were asked for, whatever runs.
   */
  readonly outcome: "attached" | "anew" | "first" | "own";
  readonly reasons: readonly ReuseReason[];
  readonly atEpochMs: number;
}

/** Why a supervisor ended. */
export type EndedBecause = "down" | "idle" | "unused" | "replaced" | "signal";

interface Ended {
  readonly because: Exclude<EndedBecause, "unused">;
  readonly atEpochMs: number;
}

/** The last generation of a stack, as it is kept beside its logs. */
export interface ReuseRecord {
  readonly parts: readonly StackPart[];
  readonly reuse: Reuse;
  readonly ended?: Ended;
}

export interface ReuseMemory {
  /** What a client that comes now is to be told, and whoever asks later. */
  readonly last: Reuse | undefined;
  /** A generation was opened; `running` is another one that runs and does not fit. */
  opened(parts: readonly StackPart[], running: readonly StackPart[] | undefined): Reuse;
  openedOwn(): Reuse;
  attached(): Reuse;
  ended(because: EndedBecause): void;
}

/** Remembers from what the last generation was made, so that its successor can say what changed. */
export function reuseMemory(places: Places): ReuseMemory {
  const file = reuseFileOf(places);
  const before = readReuseRecord(places);
  let record: ReuseRecord | undefined;

  function note(parts: readonly StackPart[], reuse: Reuse): Reuse {
    record = { parts, reuse };
    write(file, record);
    return reuse;
  }

  return {
    get last() {
      return record?.reuse;
    },
    opened(parts, running) {
      const atEpochMs = Date.now();
      if (running !== undefined) {
        const reasons = reasonsBetween(running, parts);
        return note(parts, { outcome: "anew", reasons, atEpochMs });
      }
      const wasReplaced = record === undefined && before?.ended?.because === "replaced";
      if (wasReplaced && before !== undefined) {
        const reasons = reasonsBetween(before.parts, parts);
        return note(parts, { outcome: "anew", reasons, atEpochMs });
      }
      const reasons = before?.ended === undefined ? [] : [{ text: endText(before.ended) }];
      return note(parts, { outcome: "first", reasons, atEpochMs });
    },
    openedOwn: () => ({
      outcome: "own",
      reasons: [{ text: "services of its own were asked for" }],
      atEpochMs: Date.now(),
    }),
    attached: () => ({ outcome: "attached", reasons: [], atEpochMs: Date.now() }),
    ended(because) {
      // Whatever came after a run finds nothing, and expects nothing.
      if (record === undefined || because === "unused") return;
      record = { ...record, ended: { because, atEpochMs: Date.now() } };
      write(file, record);
    },
  };
}

/** Of a stack that runs or ran; undefined when it never did. */
export function readReuseRecord(places: Places): ReuseRecord | undefined {
  try {
    return JSON.parse(readFileSync(reuseFileOf(places), "utf8")) as ReuseRecord;
  } catch {
    // Never written, or half written by a machine that lost power: then nothing is known.
    return undefined;
  }
}

export function endText({ because, atEpochMs }: Ended): string {
  const at = new Date(atEpochMs).toLocaleString();
  const why: Record<typeof because, string> = {
    down: "the services before were stopped by hand",
    idle: "the services before were stopped because nobody used them",
    replaced: "the services before made way for these",
    signal: "the services before were stopped by a signal",
  };
  return `${why[because]} (${at})`;
}

function reuseFileOf({ logs }: Places): string {
  return join(dirname(logs), "reuse.json");
}

function write(file: string, record: ReuseRecord): void {
  try {
    // Hashes of passwords may stand in it.
    writeFileSync(file, JSON.stringify(record), { mode: 0o600 });
  } catch {
    // A full or read-only disk: the next generation cannot say what changed.
  }
}
