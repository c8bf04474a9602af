import { describe } from "vitest";
import { uniqueId } from "shakedown/vitest";
import type { Database } from "../fixtures/database.ts";
import {
  alertFactory,
  cameraFactory,
  detectionFactory,
  eventFactory,
  zoneFactory,
} from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { jobFactory } from "../fixtures/job-factory.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest.extend("scene", async ({ db }) => {
  await frontDoor({ db });
  await eventFactory.create({ db });
});

const factories = [
  { what: "camera", table: "cameras", create: cameraFactory.create },
  { what: "event", table: "events", create: eventFactory.create },
  { what: "detection", table: "detections", create: detectionFactory.create },
  { what: "zone", table: "zones", create: zoneFactory.create },
  { what: "alert", table: "alerts", create: alertFactory.create },
  { what: "rule", table: "alert_rules", create: ruleFactory.create },
  { what: "job", table: "jobs", create: jobFactory.create },
] as const;

describe("factories", { tags: ["database"] }, () => {
  test.for(factories)(
    "a $what is stored as it is given back, and two do not collide",
    async ({ table, create }, { db, scene: _, expect }) => {
      const before = await count({ db }, table);
      const made: { readonly id: string | number } = await create({ db });
      await create({ db });

      expect(await count({ db }, table)).toBe(before + 2);
      const [stored] =
        await db.sql`select to_jsonb(t) as row from ${db.sql.id(table)} t where id = ${made.id}`;
      expect(comparable(stored?.["row"] as object)).toMatchObject(comparable(made));
    },
  );

  test("what a test does not say comes from the defaults, and nothing is stored by building", async ({
    db,
    expect,
  }) => {
    expect(cameraFactory.build({ name: "Attic" })).toMatchObject({
      name: "Attic",
      status: "online",
      id: expect.stringMatching(/^camera_[0-9a-f]{8}$/),
    });
    expect(await count({ db }, "cameras")).toBe(0);
  });

  test("many of them come one after the other", async ({ db, expect }) => {
    await frontDoor({ db });
    await eventFactory.createMany({ db }, 3, (index) => ({ batch_id: `b${index}` }));

    expect(await db.sql`select batch_id from events order by started_at`).toEqual([
      { batch_id: "b0" },
      { batch_id: "b1" },
      { batch_id: "b2" },
    ]);
  });

  test("unique ids are the prefix and eight hexadecimal digits, a thousand times another", ({
    expect,
  }) => {
    const ids = Array.from({ length: 1000 }, () => uniqueId("camera"));

    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^camera_[0-9a-f]{8}$/);
  });
});

async function count({ db }: { readonly db: Database }, table: string): Promise<number> {
  return (await db.sql`select from ${db.sql.id(table)}`).length;
}

/** Times are text in JSON, in a form of their own. */
function comparable(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name.endsWith("_at") && typeof value === "string" ? Date.parse(value) : value,
    ]),
  );
}
