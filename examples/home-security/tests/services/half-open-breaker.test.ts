import { describe, test } from "vitest";
import { type BreakerOptions, CircuitOpenError } from "../../src/resilience/circuit-breaker.ts";
import { breakerSetUp, openMs, pending, works } from "../fixtures/breaker.ts";

describe("a half-open circuit breaker", { tags: ["services"] }, () => {
  async function halfOpen(options: Partial<BreakerOptions> = {}) {
    const made = breakerSetUp(options);
    await made.fail(3);
    made.clock.advance(openMs);
    return made;
  }

  test("it is half open when its time has come, without anybody calling", async ({ expect }) => {
    const { breaker } = await halfOpen();

    expect(breaker.report()).toMatchObject({ state: "half_open", calls: 3 });
  });

  test("a success closes it", async ({ expect }) => {
    const { breaker } = await halfOpen();

    expect(await breaker.run(works)).toBe("answer");
    expect(breaker.report()).toMatchObject({ state: "closed", failures: 0, opened_at: null });
  });

  test("one failure opens it again, whatever the threshold", async ({ expect }) => {
    const { breaker, fail } = await halfOpen();
    await fail();

    expect(breaker.report()).toMatchObject({ state: "open", failures: 4 });
  });

  test("opened again, it waits the whole time again", async ({ expect }) => {
    const { breaker, clock, fail } = await halfOpen();
    await fail();
    clock.advance(openMs - 1);
    expect(breaker.report().state).toBe("open");
    clock.advance(1);

    expect(breaker.report().state).toBe("half_open");
  });

  test("it lets one call through at a time", async ({ expect }) => {
    const { breaker } = await halfOpen();
    const trial = pending();
    const running = breaker.run(trial.work);

    await expect(breaker.run(works)).rejects.toBeInstanceOf(CircuitOpenError);
    trial.succeed();
    expect(await running).toBe("late");
    expect(await breaker.run(works)).toBe("answer");
  });

  test("a trial that takes longer than the breaker waits is still the only one", async ({
    expect,
  }) => {
    const { breaker, clock } = await halfOpen();
    const trial = pending();
    const running = breaker.run(trial.work).catch(() => {});
    clock.advance(openMs * 2);

    await expect(breaker.run(works)).rejects.toBeInstanceOf(CircuitOpenError);
    trial.fail();
    await running;
    expect(breaker.report().state).toBe("open");
  });

  test("as many trials must succeed as are asked for", async ({ expect }) => {
    const { breaker } = await halfOpen({ successes: 2 });
    await breaker.run(works);
    expect(breaker.report().state).toBe("half_open");
    await breaker.run(works);

    expect(breaker.report().state).toBe("closed");
  });

  test("trials that succeeded before a failure do not count after it", async ({ expect }) => {
    const { breaker, clock, fail } = await halfOpen({ successes: 2 });
    await breaker.run(works);
    await fail();
    clock.advance(openMs);
    await breaker.run(works);

    expect(breaker.report().state).toBe("half_open");
  });

  test("an error that is the caller's own decides nothing, and makes way for the next trial", async ({
    expect,
  }) => {
    const { breaker } = await halfOpen({ ignores: (error) => error instanceof TypeError });
    await breaker
      .run(async () => {
        throw new TypeError("the batch is empty");
      })
      .catch(() => {});

    expect(breaker.report().state).toBe("half_open");
    expect(await breaker.run(works)).toBe("answer");
  });

  test("closed by hand during a trial, the trial has no say any more", async ({ expect }) => {
    const { breaker } = await halfOpen({ failures: 3 });
    const trial = pending();
    const running = breaker.run(trial.work).catch(() => {});
    breaker.reset();
    trial.fail();
    await running;

    expect(breaker.report()).toMatchObject({ state: "closed", failures: 0 });
  });
});
