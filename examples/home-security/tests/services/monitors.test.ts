import { chmod } from "node:fs/promises";
import { describe } from "vitest";
import { recordGpus } from "../../src/background/gpu-monitor.ts";
import { watchCameras } from "../../src/background/health-monitor.ts";
import { broadcastSystemStatus } from "../../src/background/system-status.ts";
import { batchAggregator } from "../../src/pipeline/batch-aggregator.ts";
import { testClock } from "../fixtures/clock.ts";
import { cameraFactory } from "../fixtures/factories.ts";
import { mockRedis } from "../fixtures/mock-redis.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest
  .extend("clock", () => testClock())
  .extend("told", () => [] as { channel: string; message: Readonly<Record<string, unknown>> }[])
  .extend(
    "watch",
    ({ db, clock, told }) =>
      () =>
        watchCameras({
          database: db.pool,
          silentMs: 60_000,
          now: clock.now,
          broadcast: async (channel, message) => void told.push({ channel, message }),
        }),
  )
  .extend("camera", ({ db, clock }) => async (status: string, silentMs?: number) => {
    const { id } = await cameraFactory.create({ db }, { status });
    if (silentMs !== undefined)
      await db.sql`
        update cameras set last_seen_at = ${new Date(clock.nowMs() - silentMs)} where id = ${id}`;
    return id;
  });

describe("the health monitor", { tags: ["services", "database"] }, () => {
  test.for([
    { status: "online", silentMs: 60_001, becomes: "offline" },
    { status: "online", silentMs: 60_000, becomes: "online" },
    { status: "offline", silentMs: 1000, becomes: "online" },
    { status: "offline", silentMs: 90_000, becomes: "offline" },
    { status: "online", silentMs: undefined, becomes: "online" },
    { status: "offline", silentMs: undefined, becomes: "offline" },
    { status: "error", silentMs: 90_000, becomes: "error" },
    { status: "error", silentMs: 1000, becomes: "error" },
  ])(
    "a camera that is $status and was silent for $silentMs ms becomes $becomes",
    async ({ status, silentMs, becomes }, { db, camera, watch, expect }) => {
      const id = await camera(status, silentMs);

      await watch();

      expect(await db.sql`select status from cameras where id = ${id}`).toEqual([
        { status: becomes },
      ]);
    },
  );

  test("a change is told once", async ({ camera, watch, told, expect }) => {
    const id = await camera("online", 90_000);
    await watch();
    await watch();

    expect(told).toEqual([
      {
        channel: "cameras",
        message: { type: "camera", data: expect.objectContaining({ id, status: "offline" }) },
      },
    ]);
  });

  test("a deleted camera is left alone", async ({ db, camera, watch, told, expect }) => {
    await camera("online", 90_000);
    await db.sql`update cameras set deleted_at = now()`;
    await watch();

    expect(told).toEqual([]);
  });
});

describe("the GPU monitor", { tags: ["services", "database"] }, () => {
  /** What stands in for `nvidia-smi`. */
  const fake = test.extend("program", ({ tempFolder }) =>
    async (output: string, status = 0) => {
      await tempFolder.write(
        "nvidia-smi",
        `#!/bin/sh\ncat <<'END'\n${output}\nEND\nexit ${status}\n`,
      );
      await chmod(tempFolder.join("nvidia-smi"), 0o755);
      return tempFolder.join("nvidia-smi");
    });

  fake("a line is written for each", async ({ db, program, expect }) => {
    const output = "RTX A5500, 37, 1024, 24564, 51, 89.5\nRTX A400, 0, 10, 4096, 33, [N/A]";

    expect(await recordGpus({ database: db.pool, program: await program(output) })).toBe(2);
    expect(
      await db.sql`
        select gpu_name, utilization, memory_used_mb, memory_total_mb, temperature_celsius, power_watts
        from gpu_stats order by id`,
    ).toEqual([
      {
        gpu_name: "RTX A5500",
        utilization: 37,
        memory_used_mb: 1024,
        memory_total_mb: 24_564,
        temperature_celsius: 51,
        power_watts: 89.5,
      },
      expect.objectContaining({ gpu_name: "RTX A400", utilization: 0, power_watts: null }),
    ]);
  });

  fake("a machine without any is nothing to complain about", async ({ db, tempFolder, expect }) => {
    const program = tempFolder.join("is-not-there");

    expect(await recordGpus({ database: db.pool, program })).toBe(0);
  });

  fake.for([
    ["something else than readings", "Unable to determine the device handle", 0],
    ["a share above 100", "RTX, 137, 1, 2, 3, 4", 0],
    ["too few fields", "RTX, 37", 0],
    ["a status that says no", "RTX, 37, 1024, 24564, 51, 89.5", 9],
  ] as const)(
    "%s is an error, and nothing is written",
    async ([, output, status], { db, program, expect }) => {
      const wrong = await program(output, status);

      await expect(recordGpus({ database: db.pool, program: wrong })).rejects.toThrow();
      expect(await db.sql`select id from gpu_stats`).toEqual([]);
    },
  );
});

describe("the system's status", { tags: ["services"] }, () => {
  const batchesOn = (redis: Parameters<typeof batchAggregator>[0]) =>
    batchAggregator(redis, { idleMs: 1000, atMost: 10 });
  const health = async () =>
    ({ status: "healthy", services: { database: "healthy", redis: "healthy" } }) as const;

  test("it tells of the GPU, cameras, the queue and health", async ({
    db,
    cache,
    camera,
    told,
    expect,
  }) => {
    await camera("online");
    await camera("error");
    await db.sql`
      insert into gpu_stats (gpu_name, utilization, memory_used_mb, memory_total_mb)
      values ('old', 1, 1, 2), ('new', 50, 1, 2)`;
    const batches = batchesOn(cache);
    await batches.add({ cameraId: "x", id: 1 }, 1000);

    await broadcastSystemStatus({
      database: db.pool,
      batches,
      health,
      broadcast: async (channel, message) => void told.push({ channel, message }),
    });

    expect(told).toEqual([
      {
        channel: "system",
        message: {
          type: "system_status",
          timestamp: expect.any(Date),
          data: {
            gpu: { name: "new", utilization: 50, memory_used_mb: 1, memory_total_mb: 2 },
            cameras: { total: 2, online: 1 },
            queue: { open: 1, waiting: 0, dead: 0 },
            health: "healthy",
          },
        },
      },
    ]);
  });

  test("what cannot be found out is null, and the rest is told", async ({ db, told, expect }) => {
    const mock = mockRedis();
    mock.goAway();

    await broadcastSystemStatus({
      database: db.pool,
      batches: batchesOn(mock.redis),
      health,
      broadcast: async (channel, message) => void told.push({ channel, message }),
    });

    expect(told[0]?.message).toMatchObject({
      data: { gpu: null, queue: null, cameras: { total: 0, online: 0 } },
    });
  });
});
