import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { ServiceChange } from "./protocol.ts";

/** What happened to services behind their users' backs: in memory, and a file that grows with each entry. */
export interface ChangeLog {
  readonly file: string;
  /** The size of the file: whoever sees another one later asks what is new. */
  readonly bytes: number;
  note(change: Omit<ServiceChange, "atEpochMs">): void;
  /** Noted since the file had this size, of one slot or of the run. */
  since(bytes: number, slot: number): readonly ServiceChange[];
}

export function openChangeLog(file: string): ChangeLog {
  const changes: { readonly endsAt: number; readonly change: ServiceChange }[] = [];
  let bytes = 0;
  return {
    file,
    get bytes() {
      return bytes;
    },
    note(noted) {
      const change: ServiceChange = { ...noted, atEpochMs: Date.now() };
      const line = `${JSON.stringify(change)}\n`;
      try {
        mkdirSync(dirname(file), { recursive: true });
        appendFileSync(file, line);
        bytes += Buffer.byteLength(line);
      } catch {
        // A full disk: whoever uses the service finds out by its silence.
      }
      changes.push({ endsAt: bytes, change });
    },
    since: (seen, slot) =>
      changes
        .filter(({ endsAt }) => endsAt > seen)
        .map(({ change }) => change)
        .filter((change) => change.slot === undefined || change.slot === slot),
  };
}
