import { describe } from "vitest";
import { cleanTables } from "../fixtures/clean-tables.ts";
import { alertFactory, cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { ownCamera } from "../fixtures/own-camera.ts";
import { test as unresetTest } from "../fixtures/unreset-test.ts";

// For suites that cannot leave it to Shakedown: fixtures that clean up themselves. Nothing is put back between the tests of
// this file, so that a row that one of them leaves is found by the next one, in whatever order they run.
const test = unresetTest.extend("own", ownCamera);

const removed: string[] = [];

describe("rows that a test deletes by their ids", { tags: ["database"] }, () => {
  test.beforeAll(async ({ db }) => {
    await cameraFactory.create({ db }, { id: "somebody_elses", name: "Somebody else's" });
  });
  test.afterAll(async ({ db }) => {
    const left = await db.sql<{ id: string }>`delete from cameras returning id`;
    if (left.map(({ id }) => id).join() !== "somebody_elses")
      throw new Error(`left: ${JSON.stringify(left)}`);
    // What a removal throws is told in the report and fails no test: what it did is looked at here.
    if (removed.length > 0 && removed.join() !== "after the test,alerts: 1,events: 1")
      throw new Error(`removed: ${removed.join()}`);
  });

  test.for(["first", "second"])("its own camera, the %s time", async (_, { db, own, expect }) => {
    const cameras = await db.sql`select id from cameras where id <> ${own.id}`;

    expect(cameras).toEqual([{ id: "somebody_elses" }]);
    expect(await db.sql`select name from cameras where id = ${own.id}`).toEqual([
      { name: own.name },
    ]);
  });

  test("what depends on it is deleted first: the newest, then what it needed", async ({
    db,
    own,
    resources,
    expect,
  }) => {
    const remove =
      (table: "events" | "alerts") =>
      async ({ id }: { readonly id: number | string }): Promise<void> => {
        const { rowCount } = await db.query(`delete from ${table} where id = $1`, [id]);
        // An event takes its alerts along: an alert that is deleted after it is not there any more.
        removed.push(`${table}: ${rowCount}`);
      };
    const event = await eventFactory.create({ db }, { camera_id: own.id });
    resources.add("the event", event, remove("events"));
    const alert = await alertFactory.create({ db }, { event_id: event.id });
    resources.add("the alert", alert, remove("alerts"));

    expect(await db.sql`select id from alerts`).toHaveLength(1);
    expect(removed).toEqual([]);
    removed.push("after the test");
  });

  test("a test that deletes it itself leaves nothing to do", async ({ db, own, expect }) => {
    await db.sql`delete from cameras where id = ${own.id}`;

    expect(await db.sql`select id from cameras where id = ${own.id}`).toEqual([]);
  });
});

describe("tables that are cleaned before and after", { tags: ["database"] }, () => {
  const swept = unresetTest.extend("clean", cleanTables);
  swept.afterAll(async ({ db }) => {
    const left = await db.sql`select from cameras`;
    if (left.length > 0) throw new Error("the fixture left cameras behind");
  });

  swept.for(["first", "second"])(
    "the same fixed id, the %s time",
    async (_, { db, clean, expect }) => {
      expect(await db.sql`select id from cameras`).toEqual([]);
      expect(clean).toMatchObject({ order: "catalogue", refused: [] });

      await cameraFactory.create({ db }, { id: "front_door", name: "Front door" });
    },
  );

  swept.for(["first", "second"])(
    "rows in many tables, written little by little, the %s time",
    async (_, { db, clean: before, expect }) => {
      expect(before.deleted["events"]).toBeUndefined();
      await cameraFactory.create({ db }, { id: "front_door" });
      for (const batch_id of ["b1", "b2", "b3"]) {
        const event = await eventFactory.create({ db }, { batch_id });
        await alertFactory.create({ db }, { event_id: event.id });
      }

      expect(await db.sql`select id from alerts`).toHaveLength(3);
    },
  );

  swept(
    "it takes seeded rows as well: that is what tests have to do without",
    async ({ db, clean: _, expect }) => {
      expect(await db.sql`select key from system_settings`).toEqual([]);
    },
  );
});
