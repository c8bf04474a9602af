import * as v from "valibot";
import { describe } from "vitest";
import { detectionFilterSchema } from "../../src/detections/detection.ts";
import type { Cursor, Page } from "../../src/sql/pages.ts";
import { eventFilterSchema } from "../../src/events/event.ts";
import { jobFilterSchema } from "../../src/jobs/job.ts";
import { detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { jobFactory } from "../fixtures/job-factory.ts";
import { test as repositoryTest } from "../fixtures/repository-test.ts";

/** Seven events one minute apart, with the numbers 1 to 7: the newest is 7. */
const test = repositoryTest.extend("seven", async ({ db }) => {
  await frontDoor({ db });
  await eventFactory.createMany({ db }, 7, (index) => ({
    started_at: `2026-01-01T12:0${index}:00Z`,
    risk_level: index % 2 === 0 ? "high" : "low",
  }));
});

const wish = (query: Readonly<Record<string, string>>, cursor?: Cursor) => ({
  ...v.parse(eventFilterSchema, query),
  ...(cursor === undefined ? {} : { cursor }),
});

type Row = { readonly id: number | string };

/** The ids of all pages, from the first to the last. */
async function walk(read: (cursor: Cursor | undefined) => Promise<Page<Row>>) {
  const pages: (readonly Row["id"][])[] = [];
  let cursor: Cursor | undefined;
  do {
    const { rows, next } = await read(cursor);
    pages.push(rows.map(({ id }) => id));
    cursor = next;
  } while (cursor !== undefined);
  return pages;
}

describe("pages by cursor", { tags: ["repositories"] }, () => {
  test("they go on where the last one ended, and end with the last row", async ({
    events,
    seven: _,
    expect,
  }) => {
    const read = (limit: string) =>
      walk(async (cursor) => await events.list(wish({ limit }, cursor)));

    expect(await read("3")).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
    expect(await read("7")).toEqual([[7, 6, 5, 4, 3, 2, 1]]);
    expect(await read("1")).toHaveLength(7);
  });

  test("without rows there is one page, and none behind it", async ({ events, expect }) => {
    expect(await events.list(wish({ limit: "3" }))).toEqual({
      rows: [],
      count: 0,
      next: undefined,
    });
  });

  test("what is newer than the first page does not move the second", async ({
    events,
    db,
    seven: _,
    expect,
  }) => {
    const { next } = await events.list(wish({ limit: "3" }));
    await eventFactory.create({ db }, { started_at: "2026-01-02T00:00:00Z" });

    const { rows } = await events.list(wish({ limit: "3" }, next));
    const byOffset = await events.list(wish({ limit: "3", offset: "3" }));

    expect(rows.map(({ id }) => id)).toEqual([4, 3, 2]);
    // By offset a row is shown twice: that is why there are cursors.
    expect(byOffset.rows.map(({ id }) => id)).toEqual([5, 4, 3]);
  });

  test("what is deleted of the first page does not move the second, the last row of it included", async ({
    events,
    db,
    seven: _,
    expect,
  }) => {
    const { next } = await events.list(wish({ limit: "3" }));
    await db.sql`delete from events where id in (7, 5)`;

    const { rows, count } = await events.list(wish({ limit: "3" }, next));

    expect(rows.map(({ id }) => id)).toEqual([4, 3, 2]);
    expect(count).toBe(5);
  });

  test("what comes in between is shown when its turn comes", async ({
    events,
    db,
    seven: _,
    expect,
  }) => {
    const { next } = await events.list(wish({ limit: "3" }));
    await eventFactory.create({ db }, { started_at: "2026-01-01T12:02:30Z" });

    const { rows } = await events.list(wish({ limit: "3" }, next));

    expect(rows.map(({ id }) => id)).toEqual([4, 8, 3]);
  });

  test("a filter holds on every page, and the count is of all that match", async ({
    events,
    seven: _,
    expect,
  }) => {
    const counts = new Set<number>();
    const pages = await walk(async (cursor) => {
      const page = await events.list(wish({ limit: "3", risk_level: "high" }, cursor));
      counts.add(page.count);
      return page;
    });

    expect(pages).toEqual([[7, 5, 3], [1]]);
    expect([...counts]).toEqual([4]);
  });

  test("times that differ by a microsecond are told apart", async ({ events, db, expect }) => {
    await frontDoor({ db });
    await eventFactory.createMany({ db }, 3, (index) => ({
      started_at: `2026-01-01T12:00:00.00000${3 - index}Z`,
    }));

    const pages = await walk(async (cursor) => await events.list(wish({ limit: "1" }, cursor)));

    expect(pages).toEqual([[1], [2], [3]]);
  });

  test("of the same moment, the later number comes first, across pages", async ({
    detections,
    db,
    expect,
  }) => {
    await frontDoor({ db });
    await detectionFactory.createMany({ db }, 5, { detected_at: "2026-01-01T12:00:00Z" });
    const filter = v.parse(detectionFilterSchema, { limit: "2" });

    const pages = await walk(async (cursor) => await detections.list({ ...filter, cursor }));

    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
  });

  test("ids that are no numbers have an order too", async ({ jobs, db, expect }) => {
    await jobFactory.createMany({ db }, 5, { created_at: "2026-01-01T12:00:00Z" });
    const filter = v.parse(jobFilterSchema, { limit: "2" });
    const all = await db.sql<{ id: string }>`select id from jobs order by id desc`;

    const pages = await walk(async (cursor) => await jobs.list({ ...filter, cursor }));

    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(all.map(({ id }) => id));
  });

  test("behind the end there is nothing", async ({ events, seven: _, expect }) => {
    const before = { at: "1970-01-01 00:00:00+00", id: "1" };

    expect(await events.list(wish({ limit: "3" }, before))).toEqual({
      rows: [],
      count: 7,
      next: undefined,
    });
  });

  test("the plan is the index, not a sort of everything", async ({ db, expect }) => {
    await using session = await db.session();
    await session.query("set local enable_seqscan = off");
    const { rows } = await session.query(
      `explain select id from events where (started_at, id) < (now(), 1) order by started_at desc, id desc limit 3`,
    );

    expect(JSON.stringify(rows)).toContain("events_newest_first");
    expect(JSON.stringify(rows)).not.toContain("Sort");
  });
});
