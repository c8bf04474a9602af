import { setTimeout as sleep } from "node:timers/promises";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { Outputs } from "../stack/references.ts";
import { lookAtAll } from "./all-of.ts";
import { lookAtHttp } from "./http.ts";
import { lookAtLog } from "./log-line.ts";
import type { LineFeed, LookContext, Seen } from "./look.ts";
import type { ReadyProbe } from "./ready-probe.ts";
import { lookAtTcp } from "./tcp.ts";

export interface AwaitReadyOptions {
  /** The subject of messages: "api of slot 0". */
  readonly title: string;
  readonly probe: ReadyProbe;
  readonly limitMs: number;
  /** What is known of the service before it runs: `ports.http`… */
  readonly outputs: Outputs;
  readonly lines: LineFeed;
  /** Settles when the process is gone, with how: "exited with code 1". */
  readonly exited: Promise<string>;
  readonly signal: AbortSignal;
  readonly hint: string;
}

/**
 * Waits until the service says that it is ready. Gives what it told: the named groups of log lines.
 *
 * @throws ShakedownError `PROCESS_EXITED` as soon as the process is gone, `START_TIMEOUT` after the limit
 */
export async function awaitReady(options: AwaitReadyOptions): Promise<Outputs> {
  const { title, probe, limitMs, lines, signal, hint } = options;
  const startedMs = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), limitMs);
  const stop = AbortSignal.any([signal, deadline.signal]);
  const stopped = new Promise<void>((resolve) =>
    stop.addEventListener("abort", () => resolve(), { once: true }),
  );
  let exit: string | undefined;
  const exited = options.exited.then((how) => {
    exit = how;
  });
  let tries = 0;
  let lastSeen = "nothing yet";
  const details = () => ({
    checked: describeProbe(probe),
    tries,
    lastSeen,
    logTail: lines.lines.slice(-20),
    tookMs: Math.round(performance.now() - startedMs),
  });
  try {
    signal.throwIfAborted();
    for (const pauseMs of pauses()) {
      tries += 1;
      const over = Promise.race([stopped, exited]);
      const seen = await Promise.race([
        look(probe, { outputs: options.outputs, lines, signal: stop }),
        over,
      ]);
      if (seen?.ready === true) return seen.outputs;
      if (seen?.ready === false) lastSeen = seen.saw;
      signal.throwIfAborted();
      if (exit !== undefined) {
        throw new ShakedownError("PROCESS_EXITED", `${title} ${exit} before it was ready`, {
          hint,
          details: details(),
        });
      }
      if (deadline.signal.aborted) {
        throw new ShakedownError("START_TIMEOUT", `${title} was not ready after ${limitMs} ms`, {
          hint,
          details: details(),
        });
      }
      await Promise.race([sleep(pauseMs), over, nextLine(probe, lines)]);
    }
    throw new ShakedownError("INTERNAL", "the pauses of a wait came to an end");
  } finally {
    clearTimeout(timer);
  }
}

export function describeProbe(probe: ReadyProbe): string {
  switch (probe.kind) {
    case "log":
      return `a log line like /${probe.source}/${probe.flags}`;
    case "http":
      return `http GET ${probe.url}${probe.status === undefined ? "" : ` for ${probe.status.join(" or ")}`}`;
    case "tcp":
      return `a connection to port ${probe.port}`;
    case "all":
      return probe.probes.map(describeProbe).join(", then ");
  }
}

function look(probe: ReadyProbe, context: LookContext): Promise<Seen> | Seen {
  switch (probe.kind) {
    case "log":
      return lookAtLog(probe, context);
    case "http":
      return lookAtHttp(probe, context);
    case "tcp":
      return lookAtTcp(probe, context);
    case "all":
      return lookAtAll(probe, context, look);
  }
}

/** A line wakes only a wait for lines: a service that logs each request would otherwise be asked without a pause. */
async function nextLine(probe: ReadyProbe, lines: LineFeed): Promise<void> {
  if (probe.kind !== "log") return new Promise(() => {});
  await lines.next();
}

function* pauses(): Generator<number> {
  yield* [20, 50, 100];
  for (;;) yield 200;
}
