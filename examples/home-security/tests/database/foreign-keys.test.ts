import { describe } from "vitest";
import { readForeignKeys } from "../fixtures/catalogue.ts";
import type { Database } from "../fixtures/database.ts";
import { family } from "../fixtures/family.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** Two families, so that what goes too far shows as well. */
const test = stackTest.extend("families", async ({ db }) => {
  await family({ db }, "going");
  await family({ db }, "staying");
});

/** Every foreign key of the schema: which column it is, and what happens to its row when the one it points at is deleted. */
const keys = [
  ["activity_baselines_camera_id_fkey", "activity_baselines.camera_id", "cameras", "goes along"],
  ["alerts_event_id_fkey", "alerts.event_id", "events", "goes along"],
  ["alerts_rule_id_fkey", "alerts.rule_id", "alert_rules", "becomes null"],
  [
    "camera_notification_settings_camera_id_fkey",
    "camera_notification_settings.camera_id",
    "cameras",
    "goes along",
  ],
  ["class_baselines_camera_id_fkey", "class_baselines.camera_id", "cameras", "goes along"],
  ["detections_camera_id_fkey", "detections.camera_id", "cameras", "goes along"],
  ["event_audits_event_id_fkey", "event_audits.event_id", "events", "goes along"],
  [
    "event_detections_detection_id_fkey",
    "event_detections.detection_id",
    "detections",
    "goes along",
  ],
  ["event_detections_event_id_fkey", "event_detections.event_id", "events", "goes along"],
  ["events_camera_id_fkey", "events.camera_id", "cameras", "goes along"],
  ["job_attempts_job_id_fkey", "job_attempts.job_id", "jobs", "goes along"],
  ["job_logs_job_id_fkey", "job_logs.job_id", "jobs", "goes along"],
  ["job_transitions_job_id_fkey", "job_transitions.job_id", "jobs", "goes along"],
  ["scene_changes_camera_id_fkey", "scene_changes.camera_id", "cameras", "goes along"],
  ["zones_camera_id_fkey", "zones.camera_id", "cameras", "goes along"],
] as const;

const ofCameras = keys.filter(([, , references]) => references === "cameras");

/** The one of two rows that belongs to the family that goes. */
const going = {
  cameras: "id = 'going'",
  events: "camera_id = 'going'",
  detections: "camera_id = 'going'",
  alert_rules: "name = 'going'",
  jobs: "job_type = 'going'",
} as const;

async function valuesOf({ db }: { readonly db: Database }, column: string) {
  const [table = "", name = ""] = column.split(".");
  const { id } = db.sql;
  return (await db.sql<{ value: unknown }>`select ${id(name)} as value from ${id(table)}`).map(
    ({ value }) => value,
  );
}

describe("foreign keys", { tags: ["database"] }, () => {
  test("the catalogue has those that are tried here, and no others", async ({ db, expect }) => {
    const actions = { cascade: "goes along", "set null": "becomes null" } as const;

    expect(
      (await readForeignKeys({ db })).map(({ name, table, references, onDelete }) => [
        name,
        table,
        references,
        actions[onDelete as keyof typeof actions],
      ]),
    ).toEqual(
      keys.map(([name, column, references, action]) => [
        name,
        column.split(".")[0],
        references,
        action,
      ]),
    );
  });

  test.for(keys)(
    "%s: of a row that is deleted, %s in %s %s",
    async ([, column, references, action], { db, families: _, expect }) => {
      const before = await valuesOf({ db }, column);
      expect(before).toHaveLength(2);

      const { rowCount } = await db.query(`delete from ${references} where ${going[references]}`);

      expect(rowCount).toBe(1);
      const after = await valuesOf({ db }, column);
      expect(before).toContain(after.find((value) => value !== null));
      expect(after).toHaveLength(action === "goes along" ? 1 : 2);
      expect(after.filter((value) => value === null)).toHaveLength(action === "goes along" ? 0 : 1);
    },
  );

  test("each of them has to point at a row", async ({ db, families: _, expect }) => {
    // A session that goes on after each refusal.
    await using session = await db.isolatedSession();
    for (const [name, column] of keys) {
      const [table, key] = column.split(".");
      const nowhere = name.endsWith("_camera_id_fkey")
        ? "'nowhere'"
        : /job|rule/.test(name)
          ? "gen_random_uuid()"
          : "4711";
      // One row, since in some tables the key is unique.
      const change = `update ${table} set ${key} = ${nowhere} where ctid = (select min(ctid) from ${table})`;

      await expect(session.query(change), name).rejects.toMatchObject({
        code: "23503",
        constraint: name,
      });
      await session.rollback();
    }
  });

  test("a camera's new id reaches every row that belongs to it", async ({
    db,
    families: _,
    expect,
  }) => {
    await db.sql`update cameras set id = 'gone' where id = 'going'`;

    expect(ofCameras).toHaveLength(7);
    for (const [, column] of ofCameras)
      expect((await valuesOf({ db }, column)).toSorted(), column).toEqual(["gone", "staying"]);
  });

  test("the ids of all others do not change while somebody points at them", async ({
    db,
    families: _,
    expect,
  }) => {
    await expect(db.sql`update events set id = id + 100`).rejects.toMatchObject({ code: "23503" });
    await expect(db.sql`update jobs set id = gen_random_uuid()`).rejects.toMatchObject({
      code: "23503",
    });
  });
});
