import { describe } from "vitest";
import { detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

describe("POST /api/system/cleanup", { tags: ["full-stack"] }, () => {
  test.beforeEach(async ({ db }) => {
    await frontDoor({ db });
    for (const days of [1, 20, 40]) {
      const started_at = new Date(Date.now() - days * 86_400_000).toISOString();
      await eventFactory.create({ db }, { started_at });
      await detectionFactory.create({ db }, { detected_at: started_at });
      await db.sql`insert into logs (level, component, message, timestamp) values ('INFO', 'x', 'y', ${started_at})`;
    }
  });

  test("removes what is older than the installation keeps", async ({ api, expect }) => {
    const { body } = await api.post("/api/system/cleanup");

    expect(body).toEqual({ events: 1, detections: 1, logs: 1, gpu_stats: 0 });
    expect((await api.get("/api/events")).body.count).toBe(2);
    expect((await api.get("/api/logs")).body.count).toBe(2);
  });

  test("goes by the setting as it is at that moment", async ({ api, expect }) => {
    await api.patch("/api/system/config", { retention_days: 10 });

    expect((await api.post("/api/system/cleanup")).body).toMatchObject({
      events: 2,
      detections: 2,
    });
  });

  test("a second time there is nothing to do", async ({ api, expect }) => {
    await api.post("/api/system/cleanup");

    expect((await api.post("/api/system/cleanup")).body).toEqual({
      events: 0,
      detections: 0,
      logs: 0,
      gpu_stats: 0,
    });
  });

  test("is in the audit log, which it never touches", async ({ api, db, expect }) => {
    await db.sql`insert into audit_logs (action, resource_type, actor, timestamp) values ('old', 'x', 'y', '2000-01-01')`;

    await api.post("/api/system/cleanup");

    const { entries } = (await api.get("/api/audit")).body;
    expect(entries).toMatchObject([
      { action: "cleanup", details: { events: 1 } },
      { action: "old" },
    ]);
  });
});
