import type { Outputs } from "../stack/references.ts";

/** One look at a service that starts: ready, with what it told on the way, or what was seen instead. */
export type Seen =
  | { readonly ready: true; readonly outputs: Outputs }
  | { readonly ready: false; readonly saw: string };

export interface LookContext {
  /** What is known of the service so far: `ports.http`, `url`, and named groups of earlier probes. */
  readonly outputs: Outputs;
  readonly lines: LineFeed;
  readonly signal: AbortSignal;
}

/** The output of a process from its first line on. */
export interface LineFeed {
  readonly lines: readonly string[];
  /** Settles with the next line. */
  next(): Promise<void>;
}

/** Both ends of a line feed. It forgets all but the last `most` lines. */
export function lineFeed(most = 5000): LineFeed & { push: (line: string) => void } {
  const lines: string[] = [];
  let waiting: Array<() => void> = [];
  return {
    lines,
    push(line) {
      lines.push(line);
      if (lines.length > most * 2) lines.splice(0, most);
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    next: () => new Promise((resolve) => waiting.push(resolve)),
  };
}
