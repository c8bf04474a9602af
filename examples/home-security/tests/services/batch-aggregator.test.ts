import { describe } from "vitest";
import {
  batchAggregator,
  type BatchAggregatorOptions,
} from "../../src/pipeline/batch-aggregator.ts";
import { testClock } from "../fixtures/clock.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const windowMs = 90_000;
const idleMs = 30_000;

const test = stackTest
  .extend("clock", () => testClock())
  .extend(
    "make",
    ({ cache, clock }) =>
      (options: Partial<BatchAggregatorOptions> = {}) =>
        batchAggregator(cache, { idleMs, atMost: 50, nowMs: clock.nowMs, ...options }),
  )
  .extend("batches", ({ make }) => make())
  .extend("see", ({ batches }) => async (cameraId: string, ...ids: number[]) => {
    for (const id of ids) await batches.add({ cameraId, id }, windowMs);
  });

describe("the batch aggregator", { tags: ["services", "redis"] }, () => {
  test("detections of one camera come together, in order", async ({
    batches,
    see,
    clock,
    expect,
  }) => {
    const startedAtMs = clock.nowMs();
    await see("front_door", 3, 1);
    clock.advance(1000);
    await see("front_door", 2);
    clock.advance(idleMs);

    expect(await batches.take()).toMatchObject({
      cameraId: "front_door",
      startedAtMs,
      detectionIds: [3, 1, 2],
      failures: 0,
    });
  });

  test("each camera has a batch of its own; what was due first comes first", async ({
    batches,
    see,
    clock,
    expect,
  }) => {
    await see("front_door", 1);
    clock.advance(1);
    await see("garage", 2);
    clock.advance(idleMs);

    const taken = [await batches.take(), await batches.take()];

    expect(taken.map((batch) => [batch?.cameraId, batch?.detectionIds])).toEqual([
      ["front_door", [1]],
      ["garage", [2]],
    ]);
    expect(taken[0]?.id).not.toBe(taken[1]?.id);
  });

  test("adding tells the batch", async ({ batches, clock, expect }) => {
    const id = await batches.add({ cameraId: "front_door", id: 1 }, windowMs);

    expect(await batches.add({ cameraId: "front_door", id: 2 }, windowMs)).toBe(id);
    clock.advance(idleMs);
    expect((await batches.take())?.id).toBe(id);
  });

  test("nothing is due before the camera was idle for long enough", async ({
    batches,
    see,
    clock,
    expect,
  }) => {
    await see("front_door", 1);
    clock.advance(idleMs - 1);
    expect(await batches.take()).toBeUndefined();
    clock.advance(1);

    expect(await batches.take()).toBeDefined();
  });

  test("another detection makes it wait anew", async ({ batches, see, clock, expect }) => {
    await see("front_door", 1);
    clock.advance(idleMs - 1);
    await see("front_door", 2);
    clock.advance(idleMs - 1);

    expect(await batches.take()).toBeUndefined();
  });

  test("but not beyond the window", async ({ batches, see, clock, expect }) => {
    for (let id = 1; id <= 6; id++) {
      await see("front_door", id);
      clock.advance(15_000);
    }

    expect((await batches.take())?.detectionIds).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("what comes after the window begins a new batch, also when nobody has closed the old one", async ({
    batches,
    see,
    clock,
    expect,
  }) => {
    await see("front_door", 1);
    clock.advance(windowMs);
    await see("front_door", 2);

    expect((await batches.take())?.detectionIds).toEqual([1]);
    expect(await batches.take()).toBeUndefined();
    clock.advance(idleMs);
    expect((await batches.take())?.detectionIds).toEqual([2]);
  });

  test("a full batch is due at once", async ({ make, expect }) => {
    const batches = make({ atMost: 2 });
    for (const id of [1, 2, 3]) await batches.add({ cameraId: "front_door", id }, windowMs);

    expect((await batches.take())?.detectionIds).toEqual([1, 2]);
    expect(await batches.counts()).toEqual({ open: 1, waiting: 1, dead: 0 });
  });

  test(
    "several processes put into one batch, and lose nothing",
    { tags: ["concurrency"] },
    async ({ make, clock, expect }) => {
      const ids = Array.from({ length: 30 }, (_, index) => index);
      await Promise.all(ids.map((id) => make().add({ cameraId: "front_door", id }, windowMs)));
      clock.advance(idleMs);

      const batch = await make().take();

      expect([...(batch?.detectionIds ?? [])].sort((one, other) => one - other)).toEqual(ids);
    },
  );

  test(
    "a batch is given to one of several processes",
    { tags: ["concurrency"] },
    async ({ make, see, clock, expect }) => {
      await see("front_door", 1);
      clock.advance(idleMs);

      const taken = await Promise.all([make().take(), make().take(), make().take()]);

      expect(taken.filter((batch) => batch !== undefined)).toHaveLength(1);
    },
  );

  test("what is done does not come again", async ({ batches, see, clock, cache, expect }) => {
    await see("front_door", 1);
    clock.advance(idleMs);
    const batch = await batches.take();
    if (batch !== undefined) await batches.done(batch);
    clock.advance(3_600_000);

    expect(await batches.take()).toBeUndefined();
    expect(await cache.keys("*"), "nothing stays in Redis").toEqual([]);
  });

  test("if whoever took it dies, somebody else gets it", async ({ make, see, clock, expect }) => {
    const batches = make({ leaseMs: 10_000 });
    await see("front_door", 1);
    clock.advance(idleMs);
    await batches.take();
    clock.advance(9999);
    expect(await batches.take()).toBeUndefined();
    clock.advance(1);

    expect((await batches.take())?.detectionIds).toEqual([1]);
  });

  test("one that failed comes again, later each time, and is put aside after the third", async ({
    make,
    see,
    clock,
    cache,
    expect,
  }) => {
    const batches = make({ retryMs: 5000 });
    await see("front_door", 1);
    clock.advance(idleMs);
    for (const waitMs of [5000, 10_000]) {
      const batch = await batches.take();
      if (batch !== undefined) await batches.failed(batch);
      clock.advance(waitMs - 1);
      expect(await batches.take()).toBeUndefined();
      clock.advance(1);
    }
    const last = await batches.take();
    expect(last?.failures).toBe(2);
    if (last !== undefined) await batches.failed(last);

    expect(await batches.counts()).toEqual({ open: 0, waiting: 0, dead: 1 });
    expect(JSON.parse((await cache.lindex("hsi:batch:dead", 0)) ?? "{}")).toMatchObject({
      camera_id: "front_door",
      detection_ids: ["1"],
      failures: 3,
    });
  });
});
