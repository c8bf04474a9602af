import { describe } from "vitest";
import { hardCodedOrder, deletionOrder } from "../fixtures/deletion-order.ts";
import { readForeignKeys, readTables } from "../fixtures/catalogue.ts";
import {
  alertFactory,
  cameraFactory,
  detectionFactory,
  eventFactory,
  zoneFactory,
} from "../fixtures/factories.ts";
import { jobFactory } from "../fixtures/job-factory.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";
import { tableSweeper } from "../fixtures/table-sweep.ts";

const test = stackTest
  .extend("told", () => [] as string[])
  .extend("sweeper", ({ told }) => tableSweeper({ tell: (line) => void told.push(line) }))
  .extend("full", async ({ db }) => {
    await cameraFactory.create({ db }, { id: "front_door" });
    const event = await eventFactory.create({ db });
    await detectionFactory.create({ db });
    await alertFactory.create({ db }, { event_id: event.id });
    await zoneFactory.create({ db });
    await jobFactory.create({ db });
  });

describe("the order of deletion", { tags: ["database"] }, () => {
  test("in the schema, whoever refers to a table comes before it", async ({ db, expect }) => {
    const [tables, keys] = [await readTables({ db }), await readForeignKeys({ db })];
    const order = deletionOrder(tables, keys) ?? [];

    expect(order.toSorted()).toEqual(tables);
    expect(keys).toHaveLength(15);
    for (const { name, table, references } of keys)
      expect(order.indexOf(table), name).toBeLessThan(order.indexOf(references));
  });

  test("Shakedown's own order is one as well", async ({ db, expect }) => {
    const order = (await db.deletionOrder()).filter((table) => !table.includes("."));

    expect(order.map((name) => name.replaceAll('"', "")).toSorted()).toEqual(
      await readTables({ db }),
    );
    for (const { name, table, references } of await readForeignKeys({ db }))
      expect(order.indexOf(`"${table}"`), name).toBeLessThan(order.indexOf(`"${references}"`));
  });

  test("the hard-coded order knows every table, and is an order", async ({ db, expect }) => {
    expect(hardCodedOrder.toSorted()).toEqual(await readTables({ db }));
    for (const { name, table, references } of await readForeignKeys({ db }))
      expect(hardCodedOrder.indexOf(table), name).toBeLessThan(hardCodedOrder.indexOf(references));
  });

  test.for([
    { what: "by name, where nothing else decides", keys: [], order: ["a", "b", "c"] },
    { what: "whoever refers comes first", keys: ["b>a", "c>a"], order: ["b", "c", "a"] },
    { what: "through several tables", keys: ["a>b", "b>c"], order: ["a", "b", "c"] },
    {
      what: "a table that refers to itself is no circle",
      keys: ["a>a", "b>a"],
      order: ["b", "c", "a"],
    },
    { what: "two tables in a circle have no order", keys: ["a>b", "b>a"], order: undefined },
    { what: "nor has a circle of three", keys: ["a>b", "b>c", "c>a"], order: undefined },
  ])("$what", ({ keys, order }, { expect }) => {
    const references = keys.map((key) => {
      const [table = "", to = ""] = key.split(">");
      return { table, references: to };
    });

    expect(deletionOrder(["c", "a", "b"], references)).toEqual(order);
  });
});

describe("a sweep through all tables", { tags: ["database"] }, () => {
  test("leaves nothing in any of them", async ({ db, full: _, sweeper, told, expect }) => {
    await using session = await db.session();
    const sweep = await sweeper.sweep(session);

    for (const table of await readTables({ db }))
      expect(await db.sql`select from ${db.sql.id(table)}`, table).toEqual([]);
    expect(sweep).toMatchObject({ order: "catalogue", refused: [] });
    expect(sweep.deleted).toMatchObject({ cameras: 1, events: 1, alerts: 1, jobs: 1 });
    expect(told).toEqual([]);
  });

  test("deletes table by table, and so counts what a cascade would have taken silently", async ({
    db,
    full: _,
    sweeper,
    expect,
  }) => {
    await using session = await db.session();
    const { deleted } = await sweeper.sweep(session);

    expect(Object.keys(deleted).indexOf("zones")).toBeLessThan(
      Object.keys(deleted).indexOf("cameras"),
    );
    expect(deleted).toMatchObject({ zones: 1, detections: 1, system_settings: 3 });
  });

  test("of tables without rows finds nothing", async ({ db, sweeper, expect }) => {
    await using session = await db.session();
    await sweeper.sweep(session);

    expect((await sweeper.sweep(session)).deleted).toEqual({});
  });

  test("a table whose DELETE fails keeps its rows, and no other does", async ({
    db,
    full: _,
    told,
    expect,
  }) => {
    const hasty = tableSweeper({ lockTimeoutMs: 10, tell: (line) => void told.push(line) });
    await using session = await db.session();
    await using blocker = await db.session();
    await blocker.query("lock table jobs in share mode");

    const sweep = await hasty.sweep(session);

    expect(sweep.refused).toEqual([
      { table: "jobs", reason: "canceling statement due to lock timeout" },
    ]);
    expect(told).toEqual([
      "clean tables: jobs kept its rows: canceling statement due to lock timeout",
    ]);
    expect(await db.sql`select id from jobs`).toHaveLength(1);
    expect(await db.sql`select id from cameras`).toEqual([]);
    expect(hasty.fallbacks()).toBe(0);
  });

  test("tries again for a writer that is about to end, and takes its rows as well", async ({
    db,
    full: _,
    expect,
  }) => {
    await using session = await db.session();
    await using writer = await db.session();
    await writer.sql`update jobs set priority = 0`;
    const sweeping = tableSweeper({ lockTimeoutMs: 20, attempts: 500 }).sweep(session);
    await someoneWaits({ db });
    await writer.commit();

    expect((await sweeping).refused).toEqual([]);
    expect(await db.sql`select id from jobs`).toEqual([]);
  });

  test("tables in a circle: the hard-coded order is used, counted and told", async ({
    db,
    full: _,
    sweeper,
    told,
    expect,
  }) => {
    // In a session of which nothing stays: the schema of the worker's database is as it was.
    await using session = await db.isolatedSession();
    await session.query("alter table cameras add column main_zone text references zones (id)");
    await session.query("update cameras set main_zone = (select id from zones)");
    const sweep = await sweeper.sweep(session);

    expect(sweep.order).toBe("hard-coded");
    expect(sweeper.fallbacks()).toBe(1);
    expect(told[0]).toBe(
      "clean tables: tables refer to each other in a circle, so the hard-coded order is used",
    );
    // No order suits a circle: zones are refused, then cameras take them along.
    expect(sweep.refused).toEqual([
      { table: "zones", reason: expect.stringContaining("cameras_main_zone_fkey") },
    ]);
    expect(await session.sql`select id from cameras`).toEqual([]);
  });

  test("a table that refers to itself is emptied by the catalogue's order", async ({
    db,
    full: _,
    sweeper,
    expect,
  }) => {
    await using session = await db.isolatedSession();
    await session.query("alter table cameras add column seen_by text references cameras (id)");
    await cameraFactory.create({ db: session }, { id: "attic" });
    await session.query("update cameras set seen_by = 'attic'");
    const sweep = await sweeper.sweep(session);

    expect(sweep).toMatchObject({ order: "catalogue", refused: [] });
    expect(sweeper.fallbacks()).toBe(0);
    expect(await session.sql`select id from cameras`).toEqual([]);
  });

  test("a table that came later is found in the catalogue, not in the hard-coded order", async ({
    db,
    sweeper,
    expect,
  }) => {
    await using session = await db.isolatedSession();
    await session.query("create table visitors (camera_id text references cameras (id))");
    await cameraFactory.create({ db: session }, { id: "attic" });
    await session.query("insert into visitors values ('attic')");

    expect((await sweeper.sweep(session)).deleted).toMatchObject({ visitors: 1, cameras: 1 });
    expect(hardCodedOrder).not.toContain("visitors");
  });
});
