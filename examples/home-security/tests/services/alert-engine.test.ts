import { describe } from "vitest";
import { alertEngine } from "../../src/alerts/engine/engine.ts";
import { inTransaction } from "../../src/database.ts";
import type { SecurityEvent } from "../../src/events/event.ts";
import { testClock } from "../fixtures/clock.ts";
import { cameraFactory, detectionFactory, eventFactory } from "../fixtures/factories.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest
  .extend("clock", () => testClock())
  .extend("raise", ({ db, clock }) => {
    const engine = alertEngine(clock.now);
    return async (eventId: number) => {
      const [event] = await db.sql<SecurityEvent>`select * from events where id = ${eventId}`;
      if (event === undefined) throw new Error(`there is no event ${eventId}`);
      return await inTransaction(db.pool, (client) => engine.raise(client, event));
    };
  })
  .extend(
    "anEvent",
    ({ db }) =>
      async (changes: { risk_score?: number; camera_id?: string } = {}) => {
        const camera_id = changes.camera_id ?? (await cameraFactory.create({ db })).id;
        return await eventFactory.create({ db }, { ...changes, camera_id });
      },
  );

describe("the alert engine", { tags: ["services", "database"] }, () => {
  test("a rule that matches raises an alert with all that the rule says", async ({
    db,
    clock,
    raise,
    anEvent,
    expect,
  }) => {
    const rule = await ruleFactory.create(
      { db },
      { severity: "critical", channels: ["push", "mail"] },
    );
    const event = await anEvent();

    await raise(event.id);

    expect(await db.sql`select * from alerts`).toEqual([
      expect.objectContaining({
        event_id: event.id,
        rule_id: rule.id,
        severity: "critical",
        status: "pending",
        dedup_key: `${event.camera_id}:${rule.id}`,
        channels: ["push", "mail"],
        metadata: { rule_name: rule.name, camera_id: event.camera_id },
        version_id: 1,
        created_at: clock.now(),
      }),
    ]);
  });

  test("no rules, no alerts", async ({ raise, anEvent, expect }) => {
    expect(await raise((await anEvent()).id)).toEqual([]);
  });

  test("a rule that does not match raises none", async ({ db, raise, anEvent, expect }) => {
    await ruleFactory.create({ db }, { risk_threshold: 80 });

    expect(await raise((await anEvent({ risk_score: 79 })).id)).toEqual([]);
    expect(await raise((await anEvent({ risk_score: 80 })).id)).toHaveLength(1);
  });

  test("a rule that is switched off raises none", async ({ db, raise, anEvent, expect }) => {
    await ruleFactory.create({ db }, { enabled: false });

    expect(await raise((await anEvent()).id)).toEqual([]);
  });

  test("each rule raises its own, the gravest first", async ({ db, raise, anEvent, expect }) => {
    for (const severity of ["low", "critical", "medium"] as const)
      await ruleFactory.create({ db }, { severity });

    const raised = await raise((await anEvent()).id);

    expect(raised.map(({ severity }) => severity)).toEqual(["critical", "medium", "low"]);
  });

  test("what was seen is read from the event's detections only", async ({
    db,
    raise,
    anEvent,
    expect,
  }) => {
    await ruleFactory.create({ db }, { object_types: ["person"] });
    const event = await anEvent();
    const { id } = await detectionFactory.create({ db }, { camera_id: event.camera_id });
    expect(await raise(event.id)).toEqual([]);

    await db.sql`insert into event_detections (event_id, detection_id) values (${event.id}, ${id})`;

    expect(await raise(event.id)).toHaveLength(1);
  });

  test("a zone counts where the middle of what was seen lies in it, and only while it is enabled", async ({
    db,
    raise,
    anEvent,
    expect,
  }) => {
    const event = await anEvent();
    const { id } = await detectionFactory.create({ db }, { camera_id: event.camera_id });
    await db.sql`insert into event_detections (event_id, detection_id) values (${event.id}, ${id})`;
    await db.sql`
      insert into zones (id, camera_id, name, coordinates)
      values ('left', ${event.camera_id}, 'Left half', '[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]')`;
    await ruleFactory.create({ db }, { zone_ids: ["left"], cooldown_seconds: 0 });
    const placeAt = (x: number) => db.sql`
      update detections set bbox_x = ${x}, bbox_y = 100, bbox_width = 100, bbox_height = 100,
                            enrichment_data = '{"picture_width": 1000, "picture_height": 500}'`;

    expect(await raise(event.id), "a place that is not known").toEqual([]);
    await placeAt(460);
    expect(await raise(event.id), "its middle is at 510").toEqual([]);
    await placeAt(440);
    await db.sql`update zones set enabled = false`;
    expect(await raise(event.id), "the zone is switched off").toEqual([]);
    await db.sql`update zones set enabled = true`;

    expect(await raise(event.id)).toHaveLength(1);
  });
});

describe("an alert's cooldown", { tags: ["services", "database"] }, () => {
  test("within it, the same key raises nothing; after it, it does", async ({
    db,
    clock,
    raise,
    anEvent,
    expect,
  }) => {
    await ruleFactory.create({ db }, { cooldown_seconds: 60 });
    const { id, camera_id } = await anEvent();
    expect(await raise(id)).toHaveLength(1);

    clock.advance(59_999);
    expect(await raise((await anEvent({ camera_id })).id)).toEqual([]);
    clock.advance(1);

    expect(await raise((await anEvent({ camera_id })).id)).toHaveLength(1);
  });

  test("it begins with the alert, not with what came within it", async ({
    db,
    clock,
    raise,
    anEvent,
    expect,
  }) => {
    await ruleFactory.create({ db }, { cooldown_seconds: 60 });
    const { id, camera_id } = await anEvent();
    await raise(id);
    clock.advance(40_000);
    await raise((await anEvent({ camera_id })).id);
    clock.advance(20_000);

    expect(await raise((await anEvent({ camera_id })).id)).toHaveLength(1);
  });

  test("another camera has another key", async ({ db, raise, anEvent, expect }) => {
    await ruleFactory.create({ db });
    await raise((await anEvent()).id);

    expect(await raise((await anEvent()).id)).toHaveLength(1);
  });

  test("a key without the camera is for all cameras", async ({ db, raise, anEvent, expect }) => {
    await ruleFactory.create({ db }, { dedup_key_template: "{rule_id}" });
    await raise((await anEvent()).id);

    expect(await raise((await anEvent()).id)).toEqual([]);
  });

  test("two rules with one key are one alert, that of the graver rule", async ({
    db,
    raise,
    anEvent,
    expect,
  }) => {
    for (const severity of ["low", "high"] as const)
      await ruleFactory.create({ db }, { severity, dedup_key_template: "{camera_id}" });

    const raised = await raise((await anEvent()).id);

    expect(raised.map(({ severity }) => severity)).toEqual(["high"]);
  });

  test("without one, every event raises an alert, but the same event only one", async ({
    db,
    raise,
    anEvent,
    expect,
  }) => {
    await ruleFactory.create({ db }, { cooldown_seconds: 0 });
    const { id, camera_id } = await anEvent();
    expect(await raise(id)).toHaveLength(1);

    expect(await raise(id)).toEqual([]);
    expect(await raise((await anEvent({ camera_id })).id)).toHaveLength(1);
  });

  test("a dismissed alert still cools", async ({ db, raise, anEvent, expect }) => {
    await ruleFactory.create({ db });
    const { id, camera_id } = await anEvent();
    await raise(id);
    await db.sql`update alerts set status = 'dismissed'`;

    expect(await raise((await anEvent({ camera_id })).id)).toEqual([]);
  });

  test("of two events at the same moment the second waits for the first, and raises none", async ({
    db,
    clock,
    raise,
    anEvent,
    expect,
  }) => {
    await ruleFactory.create({ db });
    const { id, camera_id } = await anEvent();
    const second = await anEvent({ camera_id });
    const [event] = await db.sql<SecurityEvent>`select * from events where id = ${id}`;
    if (event === undefined) throw new Error("the event is gone");

    const { first, waiting } = await inTransaction(db.pool, async (client) => {
      const raised = await alertEngine(clock.now).raise(client, event);
      const other = raise(second.id);
      await someoneWaits({ db });
      return { first: raised, waiting: { other } };
    });

    expect(first).toHaveLength(1);
    expect(await waiting.other).toEqual([]);
  });

  test("a transaction that is rolled back has raised nothing", async ({
    db,
    anEvent,
    raise,
    expect,
  }) => {
    await ruleFactory.create({ db });
    const event = await anEvent();
    const [row] = await db.sql<SecurityEvent>`select * from events where id = ${event.id}`;

    await expect(
      inTransaction(db.pool, async (client) => {
        if (row !== undefined) await alertEngine().raise(client, row);
        throw new Error("the disk is full");
      }),
    ).rejects.toThrow("the disk is full");

    expect(await raise(event.id)).toHaveLength(1);
  });
});
