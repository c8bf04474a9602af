import { describe } from "vitest";
import { cleanUp } from "../../src/background/cleanup.ts";
import { type EventCache, eventCache } from "../../src/events/cache.ts";
import type { EventFilter, SecurityEvent } from "../../src/events/event.ts";
import type { Page } from "../../src/sql/pages.ts";
import { settingsRepository } from "../../src/system/settings.ts";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { mockRedis } from "../fixtures/mock-redis.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** One event at one camera, and a list of events that is in the cache. */
const test = stackTest.extend("cached", async ({ api, db }) => {
  const camera = await cameraFactory.create({ db });
  const event = await eventFactory.create({ db }, { camera_id: camera.id });
  await api.get("/api/events");
  return { camera, event };
});

const writes: readonly {
  readonly what: string;
  readonly write: (target: {
    readonly camera: string;
    readonly event: number;
  }) => readonly ["post" | "patch" | "delete", path: string, body?: object];
}[] = [
  {
    what: "a new event",
    write: ({ camera }) => ["post", "/api/events", { batch_id: "b", camera_id: camera }],
  },
  {
    what: "a review",
    write: ({ event }) => ["patch", `/api/events/${event}`, { reviewed: true }],
  },
  {
    what: "a review of several",
    write: ({ event }) => ["post", "/api/events/review", { ids: [event], reviewed: true }],
  },
  { what: "a deleted event", write: ({ event }) => ["delete", `/api/events/${event}`] },
  { what: "a deleted camera", write: ({ camera }) => ["delete", `/api/cameras/${camera}`] },
  {
    what: "a camera that is hidden",
    write: ({ camera }) => ["delete", `/api/cameras/${camera}?keep_history=true`],
  },
];

describe("the cached list of events", { tags: ["services", "redis"] }, () => {
  test.for(writes)("$what makes it anew", async ({ write }, { api, cached, expect }) => {
    const [method, path, body] = write({ camera: cached.camera.id, event: cached.event.id });

    const response = await api.request(method.toUpperCase(), path, { body });

    expect(response.status).toBeLessThan(300);
    expect((await api.get("/api/events")).headers.get("x-cache")).toBe("miss");
  });

  test("so does an event that is restored", async ({ api, cached, expect }) => {
    await api.delete(`/api/events/${cached.event.id}`);
    await api.get("/api/events");

    await api.post(`/api/events/${cached.event.id}/restore`);

    const { headers, body } = await api.get("/api/events");
    expect(headers.get("x-cache")).toBe("miss");
    expect(body.events).toHaveLength(1);
  });

  test("so does the cleaning up of old events", async ({ api, db, cache, cached, expect }) => {
    await db.sql`update events set started_at = '2020-01-01' where id = ${cached.event.id}`;

    await cleanUp({
      database: db.pool,
      settings: settingsRepository(db.pool),
      eventCache: eventCache(cache, 30),
    });

    expect((await api.get("/api/events")).body.events).toEqual([]);
  });

  test("every page is made anew, not only the one that was read last", async ({
    api,
    cached,
    expect,
  }) => {
    await api.get("/api/events", { query: { reviewed: false } });

    await api.patch(`/api/events/${cached.event.id}`, { reviewed: true });

    expect((await api.get("/api/events", { query: { reviewed: false } })).body.events).toEqual([]);
    expect((await api.get("/api/events")).headers.get("x-cache")).toBe("miss");
  });

  test.for([
    { what: "reading an event", path: "", body: undefined },
    { what: "a change that is refused", path: "", body: { reviewed: "perhaps" } },
    { what: "a change of an event that does not exist", path: "0", body: { reviewed: true } },
  ])("$what leaves it", async ({ path, body }, { api, cached, expect }) => {
    const target = `/api/events/${cached.event.id}${path}`;
    await (body === undefined ? api.get(target) : api.patch(target, body));

    expect((await api.get("/api/events")).headers.get("x-cache")).toBe("hit");
  });
});

describe("the cache of events", { tags: ["services", "redis"] }, () => {
  const filter = { limit: 50, offset: 0 } as unknown as EventFilter;
  const page = (count: number) => ({ rows: [], count }) as unknown as Page<SecurityEvent>;
  const countIn = async (cache: EventCache, load: () => Promise<Page<SecurityEvent>>) =>
    (await cache.page(filter, load)).page;

  test("a reader that a change has overtaken does not put back what was", async ({
    cache,
    expect,
  }) => {
    const events = eventCache(cache, 30);
    const { promise: old, resolve: finish } = Promise.withResolvers<Page<SecurityEvent>>();
    const { promise: reading, resolve: begins } = Promise.withResolvers<void>();
    const slow = countIn(events, () => {
      begins();
      return old;
    });
    await reading;
    await events.invalidate();
    finish(page(1));
    await slow;

    expect(await countIn(events, async () => page(2))).toEqual(page(2));
  });

  test("while Redis is away every page is read, and changes do not fail", async ({ expect }) => {
    const mock = mockRedis();
    mock.goAway();
    const events = eventCache(mock.redis, 30);

    expect(await countIn(events, async () => page(1))).toEqual(page(1));
    await events.invalidate();
    expect(await countIn(events, async () => page(2))).toEqual(page(2));
  });

  test("switched off, it does not ask Redis", async ({ expect }) => {
    const mock = mockRedis();
    const events = eventCache(mock.redis, 0);
    await countIn(events, async () => page(1));
    await events.invalidate();

    expect(mock.calls).toEqual([]);
  });
});
