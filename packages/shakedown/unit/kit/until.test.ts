import { describe, expect, test } from "vitest";
import { ShakedownError } from "../../src/errors/shakedown-error.ts";
import { until } from "../../src/kit/until.ts";

/** The error of a wait that is expected to give up. */
async function giveUp(wait: Promise<unknown>): Promise<ShakedownError> {
  const error: unknown = await wait.then(
    (value) => new Error(`the wait ended with ${String(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ShakedownError);
  return error as ShakedownError;
}

describe("until", () => {
  test("gives the first answer that is something", async () => {
    const answers = [undefined, null, false, "ready"];
    expect(await until(() => answers.shift(), { everyMs: 1 })).toBe("ready");
    expect(answers).toEqual([]);
  });

  test.each([[0], [""], [Number.NaN], [[]]])(
    "takes %j for an answer: only undefined, null and false are not yet",
    async (answer) => {
      expect(await until(() => answer, { timeoutMs: 200 })).toEqual(answer);
    },
  );

  test("takes an exception for not yet", async () => {
    let tries = 0;
    const look = () => {
      tries += 1;
      if (tries < 3) throw new Error("ECONNREFUSED");
      return tries;
    };
    expect(await until(look, { everyMs: 1 })).toBe(3);
  });

  test("says what it waited for, how long, and what it saw last", async () => {
    let count = 0;
    const error = await giveUp(
      until(() => ((count += 1), false), { what: "three rows", timeoutMs: 30, everyMs: 5 }),
    );
    expect(error).toMatchObject({
      code: "WAIT_TIMEOUT",
      message: "three rows: not so after 30 ms",
    });
    expect(error.details).toMatchObject({ lastValue: false });
    expect(count).toBeGreaterThan(1);
  });

  test("keeps the last exception as the cause", async () => {
    const refused = new Error("ECONNREFUSED");
    const error = await giveUp(until(() => Promise.reject(refused), { timeoutMs: 20, everyMs: 5 }));
    expect(error.cause).toBe(refused);
    expect(error.details).toMatchObject({ lastError: "Error: ECONNREFUSED" });
  });

  test("is not held up by a look that never answers", async () => {
    const error = await giveUp(until(() => new Promise<true>(() => {}), { timeoutMs: 30 }));
    expect(error.code).toBe("WAIT_TIMEOUT");
  });

  test("tells the look to stop when time is up", async () => {
    let stopped = false;
    const look = (signal: AbortSignal) =>
      new Promise<true>(() => {
        signal.addEventListener("abort", () => (stopped = true));
      });
    await giveUp(until(look, { timeoutMs: 20 }));
    expect(stopped).toBe(true);
  });

  test("ends with the caller's own reason when the caller gives up", async () => {
    const caller = new AbortController();
    const wait = until(() => false, { timeoutMs: 5000, signal: caller.signal });
    caller.abort(new Error("the run was stopped"));
    await expect(wait).rejects.toThrow("the run was stopped");
  });

  test("tells undefined from null as the last value", async () => {
    expect((await giveUp(until(() => undefined, { timeoutMs: 10 }))).details).toMatchObject({
      lastValue: "undefined",
    });
    expect((await giveUp(until(() => null, { timeoutMs: 10 }))).details).toMatchObject({
      lastValue: null,
    });
  });
});
