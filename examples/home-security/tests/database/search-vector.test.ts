import { describe } from "vitest";
import type { Database } from "../fixtures/database.ts";
import { eventAtTheDoor } from "../fixtures/front-door.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest.extend("event", async ({ db }) => {
  const id = await eventAtTheDoor({ db });
  await db.sql`update events set summary = null where id = ${id}`;
  return id;
});

const vector = async ({ db }: { readonly db: Database }): Promise<unknown> =>
  (await db.sql`select search_vector::text as vector from events`)[0]?.["vector"];

const finds = async ({ db }: { readonly db: Database }, words: string): Promise<boolean> =>
  (
    await db.sql`select from events where search_vector @@ websearch_to_tsquery('english', ${words})`
  ).length > 0;

describe("what an event is found by", { tags: ["database"] }, () => {
  test.for([
    { column: "summary", value: "parcel", weight: "A" },
    { column: "object_types", value: ["parcel"], weight: "B" },
    { column: "reasoning", value: "parcel", weight: "C" },
    { column: "notes", value: "parcel", weight: "" },
  ])(
    "$column counts, with its weight",
    async ({ column, value, weight }, { db, event, expect }) => {
      await db.sql`update events set ${db.sql.id(column)} = ${value} where id = ${event}`;

      expect(await vector({ db })).toBe(`'parcel':1${weight}`);
    },
  );

  test("an event without any words has an empty vector, not none", async ({
    db,
    event: _,
    expect,
  }) => {
    expect(await vector({ db })).toBe("");
  });

  test("words are found in their other forms, and not found once they are gone", async ({
    db,
    event,
    expect,
  }) => {
    await db.sql`update events set summary = 'Two people were carrying parcels' where id = ${event}`;
    expect(await finds({ db }, "carried parcel")).toBe(true);
    expect(await finds({ db }, "parcel -people")).toBe(false);

    await db.sql`update events set summary = 'A cat' where id = ${event}`;
    expect(await finds({ db }, "parcel")).toBe(false);
  });

  test("a change of something else leaves it as it is", async ({ db, event, expect }) => {
    await db.sql`update events set summary = 'A cat' where id = ${event}`;
    const before = await vector({ db });

    await db.sql`update events set reviewed = true, risk_level = 'low' where id = ${event}`;

    expect(await vector({ db })).toBe(before);
  });

  test("the index can answer the search", async ({ db, event: _, expect }) => {
    await using session = await db.session();
    await session.query("set local enable_seqscan = off");

    const plan = await session.query(
      "explain select id from events where search_vector @@ websearch_to_tsquery('english', 'cat')",
    );

    expect(JSON.stringify(plan.rows)).toContain("events_search");
  });
});
