import { closeSync, openSync, writeSync } from "node:fs";
import type { RunEvent } from "../events/run-event.ts";

/** The run's events: each is a line of the file as soon as it is said, so that a killed run leaves what it knew. */
export interface EventLog extends Disposable {
  readonly events: readonly RunEvent[];
  readonly say: (event: RunEvent) => void;
}

export function openEventLog(file: string): EventLog {
  const descriptor = openSync(file, "w");
  const events: RunEvent[] = [];
  let open = true;
  return {
    events,
    say(event) {
      if (!open) return;
      events.push(event);
      writeSync(descriptor, `${JSON.stringify(event)}\n`);
    },
    [Symbol.dispose]() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}
