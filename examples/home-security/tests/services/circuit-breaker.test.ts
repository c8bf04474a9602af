import { describe, test } from "vitest";
import { CircuitOpenError } from "../../src/resilience/circuit-breaker.ts";
import { breakerSetUp, breaks, openMs, pending, works } from "../fixtures/breaker.ts";

describe("a closed circuit breaker", { tags: ["services"] }, () => {
  test("it is closed at first, with nothing held against the service", ({ expect }) => {
    expect(breakerSetUp().breaker.report()).toEqual({
      state: "closed",
      failures: 0,
      calls: 0,
      rejected: 0,
      opened_at: null,
      last_error: null,
    });
  });

  test("it hands on the answer", async ({ expect }) => {
    expect(await breakerSetUp().breaker.run(works)).toBe("answer");
  });

  test("it hands on the error as it is", async ({ expect }) => {
    const error = new TypeError("bad answer");

    await expect(
      breakerSetUp().breaker.run(async () => {
        throw error;
      }),
    ).rejects.toBe(error);
  });

  test("it counts calls, those that failed included", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await breaker.run(works);
    await fail(2);

    expect(breaker.report()).toMatchObject({ calls: 3, failures: 2, rejected: 0 });
  });

  test("it tells the last error", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail();

    expect(breaker.report().last_error).toBe("connect ECONNREFUSED");
  });

  test("it tells the last error where it is no Error", async ({ expect }) => {
    const { breaker } = breakerSetUp();
    await breaker.run(() => Promise.reject("out of memory")).catch(() => {});

    expect(breaker.report().last_error).toBe("out of memory");
  });

  test("it stays closed one failure before the threshold", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(2);

    expect(breaker.report().state).toBe("closed");
    expect(await breaker.run(works)).toBe("answer");
  });

  test("a success forgives the failures before it", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(2);
    await breaker.run(works);
    await fail(2);

    expect(breaker.report()).toMatchObject({ state: "closed", failures: 2 });
  });

  test("time alone does not forgive", async ({ expect }) => {
    const { breaker, clock, fail } = breakerSetUp();
    await fail(2);
    clock.advance(openMs * 10);
    await fail();

    expect(breaker.report().state).toBe("open");
  });

  test("errors that are the caller's own are not held against the service", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp({ ignores: (error) => (error as Error).message !== "" });
    await fail(10);

    expect(breaker.report()).toMatchObject({ state: "closed", failures: 0, last_error: null });
  });

  test("calls run at the same time", async ({ expect }) => {
    const { breaker } = breakerSetUp();
    const [first, second] = [pending(), pending()];
    const both = Promise.all([breaker.run(first.work), breaker.run(second.work)]);
    second.succeed();
    first.succeed();

    expect(await both).toEqual(["late", "late"]);
  });
});

describe("an open circuit breaker", { tags: ["services"] }, () => {
  test("it opens with the failure that reaches the threshold", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(3);

    expect(breaker.report().state).toBe("open");
  });

  test("a threshold of one opens it at once", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp({ failures: 1 });
    await fail();

    expect(breaker.report().state).toBe("open");
  });

  test("it says since when", async ({ expect }) => {
    const { breaker, clock, fail } = breakerSetUp();
    clock.advance(5000);
    await fail(3);
    const openedAt = clock.now();
    clock.advance(1000);

    expect(breaker.report().opened_at).toEqual(openedAt);
  });

  test("it refuses without asking the service", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(3);
    let asked = 0;

    await expect(
      breaker.run(async () => {
        asked++;
      }),
    ).rejects.toBeInstanceOf(CircuitOpenError);
    expect(asked).toBe(0);
  });

  test("the refusal names the service and the reason", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(3);

    await expect(breaker.run(works)).rejects.toThrow(
      "analyzer is not asked: it failed 3 times in a row",
    );
  });

  test("it counts refusals apart from calls", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(5);

    expect(breaker.report()).toMatchObject({ calls: 3, rejected: 2, failures: 3 });
  });

  test("it is still open one millisecond before its time", async ({ expect }) => {
    const { breaker, clock, fail } = breakerSetUp();
    await fail(3);
    clock.advance(openMs - 1);

    await expect(breaker.run(works)).rejects.toBeInstanceOf(CircuitOpenError);
  });

  test("refusals do not keep it open longer", async ({ expect }) => {
    const { breaker, clock, fail } = breakerSetUp();
    await fail(3);
    clock.advance(openMs - 1);
    await fail();
    clock.advance(1);

    expect(breaker.report().state).toBe("half_open");
  });

  test("a call that began before it opened does not close it", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    const slow = pending();
    const running = breaker.run(slow.work);
    await fail(3);
    slow.succeed();
    await running;

    expect(breaker.report().state).toBe("open");
  });

  test("a call that began before it opened does not open it anew", async ({ expect }) => {
    const { breaker, clock, fail } = breakerSetUp();
    const slow = pending();
    const running = breaker.run(slow.work).catch(() => {});
    await fail(3);
    clock.advance(openMs - 1);
    slow.fail();
    await running;
    clock.advance(1);

    expect(breaker.report().state).toBe("half_open");
  });

  test("failures at the same moment open it once", async ({ expect }) => {
    const { breaker } = breakerSetUp();
    await Promise.allSettled(Array.from({ length: 6 }, () => breaker.run(breaks)));

    expect(breaker.report()).toMatchObject({ state: "open", failures: 3, calls: 6 });
  });

  test("another breaker goes on", async ({ expect }) => {
    const broken = breakerSetUp();
    const other = breakerSetUp({ name: "detector" });
    await broken.fail(3);

    expect(await other.breaker.run(works)).toBe("answer");
  });

  test("it can be closed by hand", async ({ expect }) => {
    const { breaker, fail } = breakerSetUp();
    await fail(3);
    breaker.reset();

    expect(breaker.report()).toMatchObject({ state: "closed", failures: 0, last_error: null });
    expect(await breaker.run(works)).toBe("answer");
  });
});
