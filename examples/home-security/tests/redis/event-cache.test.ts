import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

describe("the event list in Redis", { tags: ["redis"] }, () => {
  test.for(["first", "second"])(
    "nothing is cached at first, the %s time",
    async (_, { api, cache, expect }) => {
      expect(await cache.dbsize()).toBe(0);

      expect((await api.get("/api/events")).headers.get("x-cache")).toBe("miss");
      expect((await api.get("/api/events")).headers.get("x-cache")).toBe("hit");
    },
  );

  test("a cached page is the page that was stored", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    await eventFactory.createMany({ db }, 2, { camera_id: id });

    const [first, second] = [await api.get("/api/events"), await api.get("/api/events")];

    expect(second.headers.get("x-cache")).toBe("hit");
    expect(second.body).toEqual(first.body);
  });

  test("it answers without asking the database", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    await api.get("/api/events");
    await eventFactory.create({ db }, { camera_id: id });

    expect((await api.get("/api/events")).body.count).toBe(0);
  });

  test("each filter has a page of its own", async ({ api, expect }) => {
    await api.get("/api/events", { query: { risk_level: "high" } });

    const other = await api.get("/api/events", { query: { risk_level: "low" } });

    expect(other.headers.get("x-cache")).toBe("miss");
  });

  test("a new event is in the list at once", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    await api.get("/api/events");

    await api.post("/api/events", { batch_id: "b1", camera_id: id });

    expect((await api.get("/api/events")).body.count).toBe(1);
  });

  test("so is a review", async ({ api, db, expect }) => {
    const camera = await cameraFactory.create({ db });
    const event = await eventFactory.create({ db }, { camera_id: camera.id });
    await api.get("/api/events");

    await api.patch(`/api/events/${event.id}`, { reviewed: true });

    expect((await api.get("/api/events")).body.events[0].reviewed).toBe(true);
  });

  test("the events of a deleted camera are gone at once", async ({ api, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    await eventFactory.create({ db }, { camera_id: id });
    await api.get("/api/events");

    await api.delete(`/api/cameras/${id}`);

    expect((await api.get("/api/events")).body.events).toEqual([]);
  });

  test("pages go away by themselves, under the application's prefix", async ({
    api,
    cache,
    expect,
  }) => {
    await api.get("/api/events");

    const keys = await cache.keys("*");

    expect(keys).toEqual([expect.stringMatching(/^hsi:events:page:/)]);
    expect(await cache.ttl(keys[0] ?? "")).toBeGreaterThan(0);
  });
});
