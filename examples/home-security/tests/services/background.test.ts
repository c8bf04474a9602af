import { until } from "shakedown";
import { describe, test } from "vitest";
import { periodically } from "../../src/background/periodic.ts";
import { startBackground } from "../../src/background/start-background.ts";
import {
  backgroundServices,
  type BackgroundService,
  type LiveConfig,
} from "../../src/live-config.ts";

const soon = { what: "the work", everyMs: 2 };

describe("work that is done again and again", { tags: ["services"] }, () => {
  test("the first turn comes at once, and others follow", async ({ expect }) => {
    let turns = 0;
    const periodic = periodically({ name: "count", everyMs: 1, work: async () => ++turns });
    expect(turns).toBe(1);

    await until(async () => turns >= 3, soon);
    await periodic.stop();
  });

  test("turns never overlap", async ({ expect }) => {
    let atOnce = 0;
    let most = 0;
    let turns = 0;
    const periodic = periodically({
      name: "slow",
      everyMs: 1,
      work: async () => {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
        turns++;
      },
    });

    await until(async () => turns >= 5, soon);
    await periodic.stop();
    expect(most).toBe(1);
  });

  test("a turn that fails does not end it", async ({ expect }) => {
    let turns = 0;
    const periodic = periodically({
      name: "failing",
      everyMs: 1,
      work: async () => {
        if (++turns === 1) throw new Error("the first time");
      },
    });

    await until(async () => turns >= 2, soon);
    await periodic.stop();
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  test("stopping waits for the turn that is going on, and tells it", async ({ expect }) => {
    const { promise: ending, resolve: end } = Promise.withResolvers<void>();
    let told: AbortSignal | undefined;
    const periodic = periodically({
      name: "slow",
      everyMs: 1,
      work: async (stopping) => {
        told = stopping;
        await ending;
      },
    });

    let isStopped = false;
    const stopped = periodic.stop().then(() => (isStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([told?.aborted, isStopped]).toEqual([true, false]);
    end();
    await stopped;
  });

  test("after it was stopped nothing more is done", async ({ expect }) => {
    let turns = 0;
    const periodic = periodically({ name: "count", everyMs: 1, work: async () => ++turns });
    await until(async () => turns >= 2, soon);
    await periodic.stop();
    const before = turns;
    // Another one, as quick as this was, would have come round by now.
    let others = 0;
    const other = periodically({ name: "other", everyMs: 1, work: async () => ++others });
    await until(async () => others >= 5, soon);
    await other.stop();

    expect(turns).toBe(before);
  });
});

describe("what runs in the background", { tags: ["services"] }, () => {
  const config = (running: readonly BackgroundService[]): LiveConfig["background"] => ({
    running,
    batchSweepMs: 1,
    folderScanMs: 1,
    systemStatusMs: 1,
    healthMs: 1,
    cameraSilentMs: 1,
    gpuMs: 1,
    gpuProgram: "nvidia-smi",
    cleanupMs: 1,
  });

  async function whoWorked(running: readonly BackgroundService[]): Promise<readonly string[]> {
    const worked = new Set<string>();
    const work = (name: BackgroundService) => async () => void worked.add(name);
    await using _background = startBackground(config(running), {
      batches: work("batches"),
      "camera-folders": work("camera-folders"),
      "system-status": work("system-status"),
      health: work("health"),
      gpu: work("gpu"),
      cleanup: work("cleanup"),
    });
    return [...worked].sort();
  }

  test("all of it does its first turn at once", async ({ expect }) => {
    expect(await whoWorked(backgroundServices)).toEqual([...backgroundServices].sort());
  });

  test("switched off, nothing at all is called", async ({ expect }) => {
    expect(await whoWorked([])).toEqual([]);
  });

  test("named ones run, and no other", async ({ expect }) => {
    expect(await whoWorked(["gpu", "batches"])).toEqual(["batches", "gpu"]);
  });
});
