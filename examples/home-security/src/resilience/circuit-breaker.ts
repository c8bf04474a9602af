export type BreakerState = "closed" | "open" | "half_open";

export interface BreakerReport {
  readonly state: BreakerState;
  /** In a row, since the last success. */
  readonly failures: number;
  readonly calls: number;
  /** Calls that were not made because the breaker was open. */
  readonly rejected: number;
  readonly opened_at: Date | null;
  readonly last_error: string | null;
}

export interface CircuitBreaker {
  /** @throws what the work throws, or `CircuitOpenError` without calling it */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  report(): BreakerReport;
  /** Closed, with nothing held against it. */
  reset(): void;
}

export interface BreakerOptions {
  readonly name: string;
  /** So many failures in a row open it. */
  readonly failures: number;
  /** So long after it opened, one call is let through to try. */
  readonly openMs: number;
  /** So many trials must succeed before it closes. Default 1. */
  readonly successes?: number;
  /** Errors that are the caller's own fault and say nothing about the service. Default: none. */
  readonly ignores?: (error: unknown) => boolean;
  readonly nowMs?: () => number;
}

/** The service is known to be away: nobody has asked it. */
export class CircuitOpenError extends Error {
  override readonly name = "CircuitOpenError";
}

/** Keeps calls from a service that fails, and tries again after a while with one call at a time. */
export function circuitBreaker(options: BreakerOptions): CircuitBreaker {
  const { name, successes = 1, ignores = () => false, nowMs = Date.now } = options;
  let failures = 0;
  let calls = 0;
  let rejected = 0;
  let lastError: string | null = null;
  let openedAtMs: number | undefined;
  let trials = 0;
  let isTrying = false;
  /** Raised whenever the breaker opens or closes: what was called before has no say any more. */
  let era = 0;

  const stateNow = (): BreakerState => {
    if (openedAtMs === undefined) return "closed";
    return nowMs() - openedAtMs >= options.openMs ? "half_open" : "open";
  };
  const open = (): void => {
    openedAtMs = nowMs();
    trials = 0;
    isTrying = false;
    era++;
  };
  const close = (): void => {
    openedAtMs = undefined;
    failures = 0;
    trials = 0;
    isTrying = false;
    era++;
  };
  const succeeded = (): void => {
    failures = 0;
    if (openedAtMs === undefined) return;
    isTrying = false;
    if (++trials >= successes) close();
  };
  const failed = (error: unknown): void => {
    failures++;
    lastError = error instanceof Error ? error.message : String(error);
    if (openedAtMs !== undefined || failures >= options.failures) open();
  };

  return {
    async run(work) {
      const state = stateNow();
      if (state === "open" || (state === "half_open" && isTrying)) {
        rejected++;
        throw new CircuitOpenError(`${name} is not asked: it failed ${failures} times in a row`);
      }
      isTrying = state === "half_open";
      calls++;
      const startedIn = era;
      try {
        const result = await work();
        if (era === startedIn) succeeded();
        return result;
      } catch (error) {
        if (era === startedIn) {
          if (ignores(error)) isTrying = false;
          else failed(error);
        }
        throw error;
      }
    },
    report: () => ({
      state: stateNow(),
      failures,
      calls,
      rejected,
      opened_at: openedAtMs === undefined ? null : new Date(openedAtMs),
      last_error: lastError,
    }),
    reset: () => {
      close();
      lastError = null;
    },
  };
}
