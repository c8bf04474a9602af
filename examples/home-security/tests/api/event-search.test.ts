import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

describe("GET /api/events/search", { tags: ["api"] }, () => {
  test.beforeEach(async ({ db }) => {
    await frontDoor({ db });
    await cameraFactory.create({ db }, { id: "garden" });
    const events = [
      { summary: "A person rings at the front door", camera_id: "front_door", risk_level: "low" },
      { summary: "Two dogs run through the garden", camera_id: "garden", risk_level: "low" },
      { summary: "A person climbs the fence", camera_id: "garden", risk_level: "critical" },
    ];
    for (const event of events) await eventFactory.create({ db }, event);
    await db.sql`update events set reasoning = 'The dog did not bark' where id = 3`;
  });

  test.for([
    { q: "person", found: [3, 1] },
    { q: "persons", found: [3, 1], why: "words count by their stem" },
    { q: "dog", found: [2, 3], why: "the summary weighs more than the reasoning" },
    { q: "person -fence", found: [1] },
    { q: '"front door"', found: [1] },
    { q: '"door front"', found: [] },
    { q: "bell OR fence", found: [3] },
    { q: "the", found: [], why: "a word without a meaning finds nothing" },
    { q: "'); drop table events; --", found: [] },
  ])("$q finds $found", async ({ q, found }, { api, expect }) => {
    const { status, body } = await api.get("/api/events/search", { query: { q } });

    expect(status).toBe(200);
    expect(body.events.map(({ id }: { id: number }) => id)).toEqual(found);
    expect(body.count).toBe(found.length);
  });

  test("filters narrow it down", async ({ api, expect }) => {
    const query = { q: "person", camera_id: "garden", risk_level: "critical" };

    expect((await api.get("/api/events/search", { query })).body).toMatchObject({
      events: [{ id: 3 }],
      count: 1,
    });
  });

  test("it has pages", async ({ api, expect }) => {
    const { body } = await api.get("/api/events/search", {
      query: { q: "person", limit: 1, offset: 1 },
    });

    expect(body).toMatchObject({ events: [{ id: 1 }], count: 2, limit: 1, offset: 1 });
  });

  test("what the operator notes can be found from then on", async ({ api, expect }) => {
    const search = async (): Promise<number> =>
      (await api.get("/api/events/search", { query: { q: "postman" } })).body.count;
    expect(await search()).toBe(0);

    await api.patch("/api/events/1", { notes: "It was the postman" });

    expect(await search()).toBe(1);
  });

  test("what was detected can be found", async ({ api, expect }) => {
    await api.post("/api/events", {
      batch_id: "b1",
      camera_id: "garden",
      detections: [{ file_path: "/1.jpg", object_type: "bicycle", confidence: 1 }],
    });

    const { body } = await api.get("/api/events/search", { query: { q: "bicycles" } });

    expect(body.events).toMatchObject([{ object_types: ["bicycle"] }]);
  });

  test("the index of words is not shown", async ({ api, expect }) => {
    const { body } = await api.get("/api/events/search", { query: { q: "fence" } });

    expect(body.events[0]).not.toHaveProperty("search_vector");
    expect((await api.get("/api/events/3")).body).not.toHaveProperty("search_vector");
  });

  test("nothing to look for is refused", async ({ api, expect }) => {
    const response = await api.get("/api/events/search");

    expect(response.status).toBe(422);
    expect(response.body.detail).toEqual([{ loc: ["query", "q"], msg: "is required" }]);
  });
});
