import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";

const total = 1200;

// Rows of the file: each of its tests finds them as they are here, whatever the test before did to them.
test.beforeAll(async ({ db }) => {
  await db.sql`insert into cameras (id, name, folder_path) values ('attic', 'Attic', '/attic')`;
  await db.sql`
    insert into events (batch_id, camera_id, started_at)
    select 'b' || n, 'attic', timestamptz '2026-01-01' + n * interval '1 minute'
    from generate_series(1, ${total}::integer) n`;
});

describe("pages of many events", { tags: ["api"] }, () => {
  test("the largest page has 1000 events", async ({ api, expect }) => {
    const { body } = await api.get("/api/events", { query: { limit: 1000 } });

    expect(body.events).toHaveLength(1000);
    expect(body.count).toBe(total);
  });

  test("pages neither overlap nor leave anything out", async ({ api, expect }) => {
    const seen: string[] = [];
    for (let offset = 0; offset < total; offset += 400) {
      const { body } = await api.get("/api/events", { query: { limit: 400, offset } });
      seen.push(...body.events.map((event: { batch_id: string }) => event.batch_id));
    }

    expect(seen).toEqual(Array.from({ length: total }, (_, index) => `b${total - index}`));
  });

  test("behind the last event is an empty page", async ({ api, expect }) => {
    const { body } = await api.get("/api/events", { query: { offset: total } });

    expect(body).toMatchObject({ events: [], count: total });
  });

  test.for(["first", "second"])(
    "a test may delete the camera with all of them, the %s time",
    async (_, { api, expect }) => {
      expect((await api.delete("/api/cameras/attic")).status).toBe(204);

      expect((await api.get("/api/events")).body.count).toBe(0);
    },
  );
});
