import { describe } from "vitest";
import type { Database } from "../fixtures/database.ts";
import { alertFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor } from "../fixtures/front-door.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";
import { test } from "../fixtures/stack-test.ts";

describe("POST /api/alerts", { tags: ["api"] }, () => {
  test("an alert is pending, in its first version", async ({ api, db, expect }) => {
    const event_id = await eventAtTheDoor({ db });

    const response = await api.post("/api/alerts", {
      event_id,
      severity: "high",
      dedup_key: "front_door:person",
      channels: ["push", "mail"],
      metadata: { camera: { name: "Front door" } },
    });

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      event_id,
      rule_id: null,
      status: "pending",
      version_id: 1,
      channels: ["push", "mail"],
      metadata: { camera: { name: "Front door" } },
      delivered_at: null,
    });
  });

  test.for([
    { what: "event", wrong: { event_id: 4711 }, detail: "Event 4711 not found" },
    {
      what: "rule",
      wrong: { rule_id: "00000000-0000-4000-8000-000000000000" },
      detail: "Alert rule 00000000-0000-4000-8000-000000000000 not found",
    },
  ])("an unknown $what is a 404", async ({ wrong, detail }, { api, db, expect }) => {
    const event_id = await eventAtTheDoor({ db });

    const response = await api.post("/api/alerts", {
      event_id,
      severity: "low",
      dedup_key: "k",
      ...wrong,
    });

    expect(response.status).toBe(404);
    expect(response.body).toEqual({ detail });
  });
});

describe("GET /api/alerts", { tags: ["api"] }, () => {
  test.for([
    { query: {}, keys: ["d", "c", "b", "a"] },
    { query: { status: "pending" }, keys: ["c", "a"] },
    { query: { severity: "high" }, keys: ["c", "b"] },
    { query: { min_severity: "high" }, keys: ["d", "c", "b"] },
    { query: { status: "pending", min_severity: "medium" }, keys: ["c"] },
    { query: { event_id: 99 }, keys: [] },
    { query: { start_date: "2026-01-02", end_date: "2026-01-03" }, keys: ["c", "b"] },
  ])("$query finds $keys", async ({ query, keys }, { api, db, expect }) => {
    const event_id = await eventAtTheDoor({ db });
    const rows = [
      { dedup_key: "a", severity: "low", status: "pending", created_at: "2026-01-01" },
      { dedup_key: "b", severity: "high", status: "dismissed", created_at: "2026-01-02" },
      { dedup_key: "c", severity: "high", status: "pending", created_at: "2026-01-03" },
      { dedup_key: "d", severity: "critical", status: "delivered", created_at: "2026-01-04" },
    ];
    for (const row of rows) await alertFactory.create({ db }, { event_id, ...row });

    const { body } = await api.get("/api/alerts", { query });

    expect(body.alerts.map(({ dedup_key }: { dedup_key: string }) => dedup_key)).toEqual(keys);
  });

  test("those of one rule", async ({ api, db, expect }) => {
    const event_id = await eventAtTheDoor({ db });
    const rule = await ruleFactory.create({ db });
    await alertFactory.create({ db }, { event_id });
    const { id } = await alertFactory.create({ db }, { event_id, rule_id: rule.id });

    const { body } = await api.get("/api/alerts", { query: { rule_id: rule.id } });

    expect(body).toMatchObject({ alerts: [{ id }], count: 1 });
  });

  test.for([{ status: "open" }, { severity: "worst" }, { rule_id: "5" }, { event_id: "x" }])(
    "%o is refused",
    async (query, { api, expect }) => {
      expect((await api.get("/api/alerts", { query })).status).toBe(422);
    },
  );
});

describe("what happens to an alert", { tags: ["api"] }, () => {
  const steps = [
    { from: "pending", to: ["delivered", "acknowledged", "dismissed"] },
    { from: "delivered", to: ["acknowledged", "dismissed"] },
    { from: "acknowledged", to: ["dismissed"] },
    { from: "dismissed", to: [] },
  ];
  const statuses = ["pending", "delivered", "acknowledged", "dismissed"];

  test.for(
    steps.flatMap(({ from, to }) =>
      statuses
        .filter((status) => status !== from)
        .map((status) => ({ from, status, allowed: to.includes(status) })),
    ),
  )("from $from to $status: $allowed", async ({ from, status, allowed }, { api, db, expect }) => {
    const path = `/api/alerts/${await alertAt({ db }, from)}`;

    const response = await api.patch(path, { version_id: 1, status });

    expect(response.status).toBe(allowed ? 200 : 409);
    expect((await api.get(path)).body.status).toBe(allowed ? status : from);
  });

  test.for([
    { path: "acknowledge", status: "acknowledged" },
    { path: "dismiss", status: "dismissed" },
  ])("$path makes it $status", async ({ path, status }, { api, db, expect }) => {
    const id = await alertAt({ db }, "pending");

    const { body } = await api.post(`/api/alerts/${id}/${path}`, { version_id: 1 });

    expect(body).toMatchObject({ id, status, version_id: 2 });
  });

  test("the time of its delivery is kept", async ({ api, db, expect }) => {
    const id = await alertAt({ db }, "pending");
    const before = Date.now();

    const { body } = await api.patch(`/api/alerts/${id}`, { version_id: 1, status: "delivered" });

    expect(Date.parse(body.delivered_at)).toBeGreaterThanOrEqual(before);
  });

  test("one that is deleted is gone", async ({ api, db, expect }) => {
    const id = await alertAt({ db }, "pending");

    expect((await api.delete(`/api/alerts/${id}`)).status).toBe(204);
    expect((await api.get(`/api/alerts/${id}`)).status).toBe(404);
    expect((await api.delete(`/api/alerts/${id}`)).status).toBe(404);
  });
});

describe("two who change the same alert", { tags: ["api", "concurrency"] }, () => {
  test("who has seen an old version is refused, and nothing changes", async ({
    api,
    db,
    expect,
  }) => {
    const path = `/api/alerts/${await alertAt({ db }, "pending")}`;
    await api.patch(path, { version_id: 1, severity: "low" });

    const late = await api.patch(path, { version_id: 1, severity: "critical" });

    expect(late.status).toBe(409);
    expect(late.body.detail).toBe("The alert was changed in the meantime: it has version 2, not 1");
    expect((await api.get(path)).body).toMatchObject({ severity: "low", version_id: 2 });
  });

  test("who looks again may go on", async ({ api, db, expect }) => {
    const path = `/api/alerts/${await alertAt({ db }, "pending")}`;
    await api.patch(path, { version_id: 1, severity: "low" });
    const { version_id } = (await api.get(path)).body;

    const { body } = await api.patch(path, { version_id, severity: "critical" });

    expect(body).toMatchObject({ severity: "critical", version_id: 3 });
  });

  test("of ten at the same moment, one wins", async ({ api, db, expect }) => {
    const path = `/api/alerts/${await alertAt({ db }, "pending")}`;

    const responses = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        api.patch(path, { version_id: 1, metadata: { by: index } }),
      ),
    );

    const [winner, ...others] = responses.filter(({ status }) => status === 200);
    expect(others).toEqual([]);
    expect(responses.filter(({ status }) => status === 409)).toHaveLength(9);
    expect((await api.get(path)).body).toMatchObject({
      version_id: 2,
      metadata: winner?.body.metadata,
    });
  });

  test("a change without a version is refused", async ({ api, db, expect }) => {
    const id = await alertAt({ db }, "pending");

    const response = await api.patch(`/api/alerts/${id}`, { status: "dismissed" });

    expect(response.status).toBe(422);
    expect(response.body.detail).toEqual([{ loc: ["body", "version_id"], msg: "is required" }]);
  });
});

async function alertAt({ db }: { db: Database }, status: string): Promise<string> {
  const event_id = await eventAtTheDoor({ db });
  return (await alertFactory.create({ db }, { event_id, status })).id;
}
