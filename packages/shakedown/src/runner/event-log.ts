import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import type { RunEvent } from "../events/run-event.ts";
import type { Redactor } from "../kit/redact.ts";

/**
 * The run's events, without secrets: each is a line of the file as soon as it is said, so that a killed run leaves what it
 * knew, and whoever reads along (`shakedown ui`) sees it at once.
 */
export interface EventLog extends Disposable {
  readonly events: readonly RunEvent[];
  readonly say: (event: RunEvent) => void;
  /** Leaves out, also of what was said before, what has turned out to be secret since. */
  clean(): void;
}

export function openEventLog(file: string, redactor: Redactor): EventLog {
  const descriptor = openSync(file, "w");
  const events: RunEvent[] = [];
  let open = true;
  let known = redactor.known;
  /** Events before this one were said when less was known to be secret. */
  let cleanFrom = 0;
  const noteSecrets = (): void => {
    if (redactor.known === known) return;
    known = redactor.known;
    cleanFrom = events.length;
  };
  return {
    events,
    say(event) {
      if (!open) return;
      noteSecrets();
      const clean = redactor.json(event);
      events.push(clean);
      writeSync(descriptor, `${JSON.stringify(clean)}\n`);
    },
    clean() {
      noteSecrets();
      const cleaned = events.slice(0, cleanFrom).map((event) => redactor.json(event));
      cleanFrom = 0;
      if (!open || cleaned.every((event, index) => event === events[index])) return;
      events.splice(0, cleaned.length, ...cleaned);
      writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    },
    [Symbol.dispose]() {
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}
