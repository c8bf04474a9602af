import { describe } from "vitest";
import type { Analyzer } from "../../src/pipeline/assessment.ts";
import { test } from "../fixtures/pipeline-test.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";

const idleMs = 30_000;

describe("from batch to event", { tags: ["pipeline"] }, () => {
  test("what one camera saw in one stretch is one event with its detections", async ({
    db,
    local,
    sighting,
    clock,
    expect,
  }) => {
    const startedAt = clock.now();
    await local.ingest(sighting());
    clock.advance(10_000);
    await local.ingest(sighting({ file_path: "/export/foscam/2.jpg", object_type: "dog" }));
    clock.advance(idleMs);

    expect(await local.sweep()).toBe(1);
    const [event] = await db.sql`select * from events`;
    expect(event).toMatchObject({
      started_at: startedAt,
      ended_at: new Date(startedAt.getTime() + 10_000),
      risk_score: 54,
      risk_level: "medium",
      object_types: ["dog", "person"],
      reviewed: false,
      is_fast_path: false,
    });
    expect(await db.sql`select event_id, detection_id from event_detections order by 2`).toEqual([
      { event_id: event?.["id"], detection_id: 1 },
      { event_id: event?.["id"], detection_id: 2 },
    ]);
  });

  test("what comes later is another event", async ({ db, local, sighting, clock, expect }) => {
    for (const file_path of ["/1.jpg", "/2.jpg"]) {
      await local.ingest(sighting({ file_path }));
      clock.advance(idleMs);
    }

    expect(await local.sweep()).toBe(2);
    expect(await db.sql`select id from events`).toHaveLength(2);
  });

  test("how long a batch may be is a setting", async ({ db, local, sighting, clock, expect }) => {
    await db.sql`update system_settings set value = 5 where key = 'batch_window_seconds'`;
    await local.ingest(sighting());
    clock.advance(5000);

    expect(await local.sweep()).toBe(1);
  });

  test("the event and its alerts are told, the event first", async ({
    db,
    local,
    sighting,
    clock,
    told,
    expect,
  }) => {
    const rule = await ruleFactory.create({ db }, { object_types: ["person"], risk_threshold: 50 });
    await local.ingest(sighting());
    clock.advance(idleMs);
    await local.sweep();

    expect(told.slice(1)).toEqual([
      {
        channel: "events",
        message: { type: "event", data: expect.objectContaining({ id: 1, risk_score: 54 }) },
      },
      {
        channel: "alerts",
        message: {
          type: "alert",
          data: expect.objectContaining({ event_id: 1, rule_id: rule.id }),
        },
      },
    ]);
  });

  test("a batch that comes twice is one event, told once", async ({
    db,
    local,
    sighting,
    clock,
    told,
    expect,
  }) => {
    await local.ingest(sighting());
    clock.advance(idleMs);
    const batch = await local.batches.take();
    if (batch === undefined) throw new Error("nothing is due");

    const results = await Promise.all([local.processBatch(batch), local.processBatch(batch)]);

    expect(results.filter((result) => result !== undefined)).toHaveLength(1);
    expect(await db.sql`select id from events`).toHaveLength(1);
    expect(told.filter(({ channel }) => channel === "events")).toHaveLength(1);
  });

  test("a camera that was deleted in the meantime leaves no event, and nothing waits", async ({
    db,
    local,
    sighting,
    clock,
    expect,
  }) => {
    await local.ingest(sighting());
    await db.sql`delete from cameras`;
    clock.advance(idleMs);

    expect(await local.sweep()).toBe(1);
    expect(await db.sql`select id from events`).toEqual([]);
    expect(await local.batches.counts()).toEqual({ open: 0, waiting: 0, dead: 0 });
  });

  test("when an alert cannot be saved, there is no event either; it is tried again, and then both are there", async ({
    db,
    local,
    sighting,
    clock,
    told,
    expect,
  }) => {
    await ruleFactory.create({ db });
    await local.ingest(sighting());
    clock.advance(idleMs);
    await db.sql`alter table alerts add constraint broken check (false) not valid`;
    await local.sweep();
    expect(await db.sql`select id from events`).toEqual([]);
    expect(told.map(({ channel }) => channel)).toEqual(["detections"]);

    await db.sql`alter table alerts drop constraint broken`;
    clock.advance(60_000);
    await local.sweep();

    expect(await db.sql`select id from events`).toHaveLength(1);
    expect(await db.sql`select id from alerts`).toHaveLength(1);
  });

  test("one that can never be judged is put aside, and the others go on", async ({
    db,
    make,
    sighting,
    clock,
    expect,
  }) => {
    const analyze: Analyzer = async ({ detections }) => {
      if (detections[0]?.object_type === "ghost") throw new Error("there are no ghosts");
      return { risk_score: 1, summary: "something", reasoning: "" };
    };
    const { ingest, batches, sweep } = make({ analyze });
    await ingest(sighting({ object_type: "ghost" }));
    clock.advance(idleMs);
    await ingest(sighting());
    for (let turn = 0; turn < 4; turn++) {
      clock.advance(60_000);
      await sweep();
    }

    expect(await batches.counts()).toEqual({ open: 0, waiting: 0, dead: 1 });
    expect(await db.sql`select object_types from events`).toEqual([{ object_types: ["person"] }]);
  });
});
