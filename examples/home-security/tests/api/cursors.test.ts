import { describe } from "vitest";
import type { Database } from "../fixtures/database.ts";
import { eventFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor, frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

type Page = Record<string, readonly { readonly id: number | string }[]> & {
  readonly next_cursor: string | null;
};

/** Seven rows each; every second one has the same time as the one before. */
const at = "timestamptz '2026-01-01' + (n / 2) * interval '1 minute'";
const lists = [
  {
    path: "/api/events",
    name: "events",
    fill: `insert into events (batch_id, camera_id, started_at) select 'b' || n, 'front_door', ${at} from generate_series(2, 7) n`,
  },
  {
    path: "/api/detections",
    name: "detections",
    fill: `insert into detections (camera_id, file_path, detected_at, object_type, confidence)
           select 'front_door', '/1.jpg', ${at}, 'dog', 1 from generate_series(1, 7) n`,
  },
  {
    path: "/api/alerts",
    name: "alerts",
    fill: `insert into alerts (event_id, severity, dedup_key, created_at) select 1, 'low', 'k' || n, ${at} from generate_series(1, 7) n`,
  },
  {
    path: "/api/jobs",
    name: "jobs",
    fill: `insert into jobs (job_type, created_at) select 'export', ${at} from generate_series(1, 7) n`,
  },
  {
    path: "/api/logs",
    name: "logs",
    fill: `insert into logs (level, component, message, timestamp) select 'INFO', 'test', 'm' || n, ${at} from generate_series(1, 7) n`,
  },
  {
    path: "/api/audit",
    name: "entries",
    fill: `insert into audit_logs (action, resource_type, actor, timestamp) select 'a', 'r', 'x', ${at} from generate_series(1, 7) n`,
  },
  {
    path: "/api/system/gpu/history",
    name: "samples",
    fill: `insert into gpu_stats (gpu_name, utilization, memory_used_mb, memory_total_mb, recorded_at)
           select 'gpu', n, 1, 2, ${at} from generate_series(1, 7) n`,
  },
  {
    path: "/api/cameras/front_door/scene-changes",
    name: "scene_changes",
    fill: `insert into scene_changes (camera_id, similarity_score, detected_at) select 'front_door', 0.5, ${at} from generate_series(1, 7) n`,
  },
];

test.for(lists)(
  "pages of $name neither overlap nor leave anything out",
  { tags: ["api"] },
  async ({ path, name, fill }, { api, db, expect }) => {
    await eventAtTheDoor({ db });
    await db.query(fill);
    const { body: all } = await api.get(path);

    const pages: unknown[][] = [];
    let cursor: string | undefined;
    do {
      const { body } = await api.get<Page>(path, { query: { limit: 3, cursor } });
      pages.push((body[name] ?? []).map(({ id }) => id));
      cursor = body.next_cursor ?? undefined;
    } while (cursor !== undefined);

    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat()).toEqual(all[name].map(({ id }: { id: unknown }) => id));
  },
);

describe("a cursor", { tags: ["api"] }, () => {
  test("is there as long as rows follow", async ({ api, db, expect }) => {
    await threeEvents({ db });

    for (const [limit, has] of [
      [2, true],
      [3, false],
      [4, false],
    ] as const) {
      const { body } = await api.get("/api/events", { query: { limit } });
      expect(typeof body.next_cursor === "string", `limit ${limit}`).toBe(has);
    }
  });

  test("shows no row twice when newer ones come in, which an offset does", async ({
    api,
    db,
    expect,
  }) => {
    await threeEvents({ db });
    const first = await api.get("/api/events", { query: { limit: 2 } });
    await eventFactory.create({ db }, { started_at: "2027-01-01T00:00:00Z" });

    const byCursor = await next(api, first.body.next_cursor);
    const byOffset = await api.get("/api/events", { query: { limit: 2, offset: 2 } });

    expect(ids(first.body)).toEqual([3, 2]);
    expect(ids(byCursor.body)).toEqual([1]);
    expect(ids(byOffset.body)).toEqual([2, 1]);
  });

  test("goes on where it was when its row is deleted", async ({ api, db, expect }) => {
    await threeEvents({ db });
    const first = await api.get("/api/events", { query: { limit: 2 } });
    await db.sql`delete from events where id = 2`;

    expect(ids((await next(api, first.body.next_cursor)).body)).toEqual([1]);
  });

  test("tells times apart that differ by a microsecond", async ({ api, db, expect }) => {
    await frontDoor({ db });
    // In the order of their ids they are the other way round.
    for (const fraction of ["000003", "000002", "000001"])
      await eventFactory.create({ db }, { started_at: `2026-01-01T00:00:00.${fraction}Z` });

    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await api.get("/api/events", { query: { limit: 1, cursor } });
      seen.push(...ids(body));
      cursor = body.next_cursor ?? undefined;
    } while (cursor !== undefined);

    expect(seen).toEqual([1, 2, 3]);
  });

  test("goes with a filter, and the count stays that of all", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await eventFactory.createMany({ db }, 4, (index) => ({
      risk_level: index % 2 === 0 ? "high" : "low",
    }));
    const query = { risk_level: "high", limit: 1 };
    const first = await api.get("/api/events", { query });

    const second = await api.get("/api/events", {
      query: { ...query, cursor: first.body.next_cursor },
    });

    expect([...ids(first.body), ...ids(second.body)]).toEqual([3, 1]);
    expect(second.body).toMatchObject({ count: 2, next_cursor: null });
  });

  test.for([
    { what: "a word", cursor: "hello" },
    { what: "nothing", cursor: "" },
    { what: "JSON of another shape", cursor: encoded({ at: 1 }) },
    { what: "a time that is none", cursor: encoded(["yesterday", "1"]) },
    { what: "a day that does not exist", cursor: encoded(["2026-02-31 00:00:00+00", "1"]) },
    { what: "SQL", cursor: encoded(["2026-01-01 00:00:00+00", "1); drop table events; --"]) },
    { what: "another list's", cursor: encoded(["2026-01-01 00:00:00+00", crypto.randomUUID()]) },
    { what: "a number too large", cursor: encoded(["2026-01-01 00:00:00+00", "9999999999"]) },
  ])("$what is refused", async ({ cursor }, { api, expect }) => {
    const response = await api.get("/api/events", { query: { cursor } });

    expect(response.status).toBe(422);
    expect(response.body).toHaveProperty("detail");
  });

  test("does not go with an offset", async ({ api, db, expect }) => {
    await threeEvents({ db });
    const { body } = await api.get("/api/events", { query: { limit: 1 } });

    const response = await api.get("/api/events", {
      query: { cursor: body.next_cursor, offset: 1 },
    });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].msg).toBe("takes a cursor or an offset, not both");
  });
});

async function threeEvents({ db }: { db: Database }): Promise<void> {
  await frontDoor({ db });
  await eventFactory.createMany({ db }, 3, (index) => ({
    started_at: `2026-01-0${index + 1}T00:00:00Z`,
  }));
}

async function next(
  api: { get: (path: string, options: { query: { cursor: string } }) => Promise<{ body: Page }> },
  cursor: string,
): Promise<{ body: Page }> {
  return await api.get("/api/events", { query: { cursor } });
}

function ids(body: unknown): readonly (number | string)[] {
  return ((body as Page)["events"] ?? []).map(({ id }) => id);
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
