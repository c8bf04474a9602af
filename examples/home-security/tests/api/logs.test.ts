import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const line = { level: "ERROR", component: "player", message: "The film does not play" };

describe("POST /api/logs/frontend", { tags: ["api"] }, () => {
  test("a browser's line is kept, with the browser", async ({ api, expect }) => {
    const response = await api.post(
      "/api/logs/frontend",
      { ...line, extra: { url: "/events/5", stack: ["a", "b"] } },
      { headers: { "user-agent": "Browser/1.0" } },
    );

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      ...line,
      source: "frontend",
      user_agent: "Browser/1.0",
      extra: { url: "/events/5", stack: ["a", "b"] },
    });
    expect((await api.get("/api/logs")).body).toMatchObject({ logs: [response.body], count: 1 });
  });

  test("a browser cannot speak for the server", async ({ api, expect }) => {
    const { body } = await api.post("/api/logs/frontend", { ...line, source: "backend" });

    expect(body.source).toBe("frontend");
  });

  test.for([
    { what: "an unknown level", wrong: { level: "LOUD" }, loc: ["body", "level"] },
    { what: "an empty message", wrong: { message: " " }, loc: ["body", "message"] },
    { what: "a book", wrong: { message: "x".repeat(2001) }, loc: ["body", "message"] },
    { what: "no component", wrong: { component: undefined }, loc: ["body", "component"] },
  ])("$what is refused", async ({ wrong, loc }, { api, db, expect }) => {
    const response = await api.post("/api/logs/frontend", { ...line, ...wrong });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(loc);
    expect(await db.sql`select id from logs`).toEqual([]);
  });
});

describe("GET /api/logs", { tags: ["api"] }, () => {
  test.beforeEach(async ({ db }) => {
    await db.sql`
      insert into logs (level, component, message, camera_id, timestamp) values
        ('INFO', 'watcher', 'A new file', 'garage', '2026-01-01'),
        ('ERROR', 'watcher', '100% of the disk is used', null, '2026-01-02'),
        ('ERROR', 'model', 'The model does not answer', null, '2026-01-03')`;
  });

  test.for([
    { query: {}, found: [3, 2, 1] },
    { query: { level: "ERROR" }, found: [3, 2] },
    { query: { component: "watcher" }, found: [2, 1] },
    { query: { level: "ERROR", component: "watcher" }, found: [2] },
    { query: { camera_id: "garage" }, found: [1] },
    { query: { source: "frontend" }, found: [] },
    { query: { search: "MODEL" }, found: [3] },
    { query: { search: "%" }, found: [2] },
    { query: { search: "_" }, found: [] },
    { query: { start_date: "2026-01-02", end_date: "2026-01-02" }, found: [2] },
    { query: { limit: 1, offset: 1 }, found: [2] },
  ])("$query finds $found", async ({ query, found }, { api, expect }) => {
    const { body } = await api.get("/api/logs", { query });

    expect(body.logs.map(({ id }: { id: number }) => id)).toEqual(found);
  });

  test("statistics count by level and by component", async ({ api, expect }) => {
    expect((await api.get("/api/logs/stats")).body).toEqual({
      total: 3,
      by_level: { DEBUG: 0, INFO: 1, WARNING: 0, ERROR: 2, CRITICAL: 0 },
      by_component: { model: 1, watcher: 2 },
    });
  });
});
