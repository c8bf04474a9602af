import { setTimeout as sleep } from "node:timers/promises";
import { type JsonValue, ShakedownError } from "../errors/shakedown-error.ts";
import { withinTest } from "./test-limit.ts";

export interface UntilOptions {
  /** What is waited for, as the subject of the error. @default "the condition" */
  readonly what?: string;
  /** @default 5000, or what is left of the test, if that is less */
  readonly timeoutMs?: number;
  /** @default 50 */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks again and again until the answer is something: `undefined`, `null` and `false` mean "not yet",
 * and so does an exception. Gives what the last look gave.
 *
 * @throws ShakedownError `WAIT_TIMEOUT` with the last value and, as `cause`, the last exception
 */
export async function until<Value>(
  look: (signal: AbortSignal) => Promise<Value> | Value,
  options: UntilOptions = {},
): Promise<Exclude<Value, undefined | null | false | void>> {
  const { what = "the condition", timeoutMs = withinTest(5000), everyMs = 50 } = options;
  // AbortSignal.timeout() does not keep the process alive, so a lone wait would end it.
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const stop =
    options.signal === undefined
      ? deadline.signal
      : AbortSignal.any([options.signal, deadline.signal]);
  const gaveUp = new Promise<undefined>((resolve) => {
    stop.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  let tries = 0;
  let lastValue: unknown;
  let lastError: unknown;
  try {
    while (!stop.aborted) {
      tries += 1;
      try {
        const value = await Promise.race([look(stop), gaveUp]);
        if (!stop.aborted || value !== undefined) lastValue = value;
        lastError = undefined;
        if (value !== undefined && value !== null && value !== false) {
          return value as Exclude<Value, undefined | null | false | void>;
        }
      } catch (error) {
        lastError = error;
      }
      await Promise.race([sleep(everyMs), gaveUp]);
    }
  } finally {
    clearTimeout(timer);
  }
  options.signal?.throwIfAborted();
  throw new ShakedownError("WAIT_TIMEOUT", `${what}: not so after ${timeoutMs} ms`, {
    details: {
      tries,
      lastValue: show(lastValue),
      ...(lastError === undefined ? {} : { lastError: String(lastError) }),
    },
    cause: lastError,
  });
}

function show(value: unknown): JsonValue {
  if (value === undefined) return "undefined";
  try {
    return JSON.parse(JSON.stringify(value)) as JsonValue;
  } catch {
    // A circular or BigInt value still deserves a word in the error.
    return String(value);
  }
}
