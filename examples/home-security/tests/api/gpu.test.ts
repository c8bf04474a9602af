import { describe } from "vitest";
import type { Database } from "../fixtures/database.ts";
import { test } from "../fixtures/stack-test.ts";

describe("GET /api/system/gpu", { tags: ["api"] }, () => {
  test("a system without a GPU says so", async ({ api, expect }) => {
    const response = await api.get("/api/system/gpu");

    expect(response.status).toBe(404);
    expect(response.body.detail).toContain("not found");
  });

  test("gives the latest sample", async ({ api, db, expect }) => {
    await samples({ db }, 3);

    expect((await api.get("/api/system/gpu")).body).toMatchObject({
      gpu_name: "Test GPU",
      utilization: 30,
      memory_used_mb: 300,
      memory_total_mb: 8192,
      temperature_celsius: null,
    });
  });

  test.for([
    { query: {}, found: [40, 30, 20, 10] },
    { query: { limit: 1, offset: 1 }, found: [30] },
    {
      query: { start_date: "2026-01-01T00:02:00Z", end_date: "2026-01-01T00:03:00Z" },
      found: [30, 20],
    },
  ])("its history with $query is $found", async ({ query, found }, { api, db, expect }) => {
    await samples({ db }, 4);

    const { body } = await api.get("/api/system/gpu/history", { query });

    expect(body.samples.map(({ utilization }: { utilization: number }) => utilization)).toEqual(
      found,
    );
  });
});

async function samples({ db }: { db: Database }, count: number): Promise<void> {
  await db.sql`
    insert into gpu_stats (gpu_name, utilization, memory_used_mb, memory_total_mb, recorded_at)
    select 'Test GPU', n * 10, n * 100, 8192, timestamptz '2026-01-01Z' + n * interval '1 minute'
    from generate_series(1, ${count}::integer) n`;
}
