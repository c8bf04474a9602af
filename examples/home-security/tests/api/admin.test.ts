import { describe } from "vitest";
import { detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";
import { test } from "../fixtures/stack-test.ts";

describe("/api/admin", { tags: ["api"] }, () => {
  test("demo data is added once, however often it is asked for", async ({ api, expect }) => {
    const wish = { cameras: 2, events_per_camera: 3 };

    const first = await api.post("/api/admin/demo-data", wish);
    const second = await api.post("/api/admin/demo-data", wish);

    expect(first.status).toBe(201);
    expect(first.body).toEqual({ cameras: 2, events: 6 });
    expect(second.body).toEqual({ cameras: 0, events: 0 });
    expect((await api.get("/api/events")).body.count).toBe(6);
  });

  test("all that cameras brought is deleted, rules and audit log are not", async ({
    api,
    db,
    expect,
  }) => {
    await frontDoor({ db });
    await eventFactory.createMany({ db }, 2);
    await detectionFactory.createMany({ db }, 3);
    await ruleFactory.create({ db });

    const { body } = await api.delete("/api/admin/data", { body: { confirm: "DELETE_ALL_DATA" } });

    expect(body).toEqual({ cameras: 1, events: 2, detections: 3 });
    expect((await api.get("/api/alerts/rules")).body.count).toBe(1);
    expect((await api.get("/api/audit")).body.entries).toMatchObject([{ action: "data_cleared" }]);
  });

  test.for([{}, { confirm: "yes" }, { confirm: "delete_all_data" }])(
    "%o deletes nothing",
    async (body, { api, db, expect }) => {
      await frontDoor({ db });

      expect((await api.delete("/api/admin/data", { body })).status).toBe(422);
      expect((await api.get("/api/cameras")).body.count).toBe(1);
    },
  );

  test("it is closed unless the configuration opens it", async ({ second, db, expect }) => {
    await frontDoor({ db });
    const confirm = { body: { confirm: "DELETE_ALL_DATA" } };

    const response = await second.delete("/api/admin/data", confirm);

    expect(response.status).toBe(403);
    expect(response.body.detail).toContain("ADMIN=on");
    expect((await second.get("/api/cameras")).body.count).toBe(1);
  });
});
