import { describe } from "vitest";
import { readChecks, readTables } from "../fixtures/catalogue.ts";
import { family } from "../fixtures/family.ts";
import { isolatedDbSession } from "../fixtures/isolated-db-session.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

/** A row in each table, in a session that goes on after each refusal. */
const test = stackTest.extend("session", isolatedDbSession).extend("rows", async ({ session }) => {
  await family({ db: session }, "front_door");
  await session.query(`
      insert into quiet_hours_periods (label, start_time, end_time) values ('night', '22:00', '06:00');
      insert into audit_logs (action, resource_type, actor) values ('a', 'r', 'x');
      insert into logs (level, component, message) values ('INFO', 'c', 'm');
      insert into gpu_stats (gpu_name, utilization, memory_used_mb, memory_total_mb) values ('gpu', 0, 0, 1);
      insert into prompt_configs (model, version, system_prompt) values ('m', 1, 'p')`);
  await session.commit();
});

/** For each table, changes that its checks refuse: one at least for each check, and both ends of a range. */
const refusals = {
  activity_baselines: [
    "day_of_week = 7",
    "day_of_week = -1",
    "hour = 24",
    "hour = -1",
    "average_count = -1",
    "sample_count = -1",
  ],
  alert_rules: [
    "risk_threshold = 101",
    "risk_threshold = -1",
    "min_confidence = 1.1",
    "min_confidence = -0.1",
    "cooldown_seconds = -1",
  ],
  audit_logs: ["status = 'perhaps'"],
  camera_notification_settings: ["risk_threshold = 101", "risk_threshold = -1"],
  cameras: [
    "id = 'Front Door'",
    "id = '_door'",
    "id = 'front__door'",
    "id = ''",
    "name = ' '",
    "status = 'asleep'",
  ],
  class_baselines: ["hour = 24", "hour = -1", "frequency = -1", "sample_count = -1"],
  detections: [
    "media_type = 'sound'",
    "confidence = 1.1",
    "confidence = -0.1",
    "bbox_x = 1",
    "bbox_x = 1, bbox_y = 1, bbox_width = 0, bbox_height = 1",
    "duration = 1",
    "video_codec = 'h264'",
    "media_type = 'video', duration = -1",
  ],
  event_audits: [
    "prompt_length = -1",
    "enrichment_utilization = 1.1",
    "context_usage_score = 0.9",
    "reasoning_coherence_score = 5.1",
    "risk_justification_score = 0",
    "overall_quality_score = 6",
  ],
  events: [
    "risk_score = 101",
    "risk_score = -1",
    "risk_level = 'mild'",
    "ended_at = started_at - interval '1 microsecond'",
  ],
  gpu_stats: ["utilization = 101", "utilization = -1", "memory_used_mb = 2", "memory_used_mb = -1"],
  job_attempts: ["status = 'perhaps'"],
  job_logs: ["level = 'loud'"],
  jobs: [
    "status = 'perhaps', completed_at = null",
    "priority = 5",
    "priority = -1",
    "progress_percent = 101",
    "progress_percent = -1",
    "max_attempts = 0",
    "attempt_number = 4",
    "attempt_number = -1",
    "status = 'completed'",
    "completed_at = now()",
  ],
  logs: ["level = 'info'", "source = 'nowhere'"],
  notification_preferences: ["id = 2", "sound = 'loud'", "risk_levels = '{mild}'"],
  prompt_configs: ["temperature = 2.1", "temperature = -0.1", "max_tokens = 0"],
  quiet_hours_periods: ["end_time = start_time", "days = '{}'", "days = '{funday}'"],
  scene_changes: ["change_type = 'other'", "similarity_score = 1.1", "similarity_score = -0.1"],
  system_settings: ["value = maximum + 1", "value = minimum - 1"],
  zones: [
    "zone_type = 'roof'",
    "shape = 'circle'",
    "coordinates = '{}'",
    "coordinates = '[[0,0],[1,1]]'",
    "coordinates = '[[0,0],[1,0],[1,2]]'",
    "coordinates = '[[0,0],[1,0],[-0.1,0]]'",
    "color = 'red'",
    "color = '#12345'",
    "priority = -1",
  ],
} as const;

/** What is just allowed. */
const limits = {
  activity_baselines: ["day_of_week = 6, hour = 23", "day_of_week = 0, hour = 0"],
  alert_rules: [
    "risk_threshold = 100, min_confidence = 1",
    "risk_threshold = 0, min_confidence = 0, cooldown_seconds = 0",
  ],
  cameras: ["id = '2_doors_4_cats'"],
  detections: [
    "confidence = 1",
    "confidence = 0",
    "bbox_x = -5, bbox_y = 0, bbox_width = 1, bbox_height = 1",
    "media_type = 'video', duration = 0, video_codec = 'h264'",
  ],
  event_audits: [
    "enrichment_utilization = 1, overall_quality_score = 1",
    "context_usage_score = 5",
  ],
  events: ["risk_score = 0", "risk_score = 100", "ended_at = started_at"],
  gpu_stats: ["utilization = 100, memory_used_mb = 1"],
  jobs: [
    "attempt_number = 3, progress_percent = 100, priority = 0",
    "status = 'failed', completed_at = now()",
  ],
  quiet_hours_periods: ["days = '{sunday}'"],
  system_settings: ["value = minimum", "value = maximum"],
  zones: ["coordinates = '[[0,0],[1,0],[1,1]]', color = '#aBcDeF', priority = 0"],
} as const;

describe("checks", { tags: ["database"] }, () => {
  test("every table that has any is tried here", async ({ db, expect }) => {
    const checked: string[] = [];
    for (const table of await readTables({ db }))
      if ((await readChecks({ db }, table)).length > 0) checked.push(table);

    expect(Object.keys(refusals)).toEqual(checked);
  });

  test.for(Object.entries(refusals))(
    "%s: each of its checks refuses",
    async ([table, changes], { session, rows: _, expect }) => {
      const refused = new Set<string>();
      for (const change of changes) {
        const error = await session
          .query(`update ${table} set ${change}`)
          .catch((problem) => problem);
        expect(error, change).toMatchObject({ code: "23514" });
        refused.add(error.constraint);
        await session.rollback();
      }

      expect([...refused].toSorted()).toEqual(await readChecks({ db: session }, table));
    },
  );

  test("what is just allowed is taken", async ({ session, rows: _, expect }) => {
    for (const [table, changes] of Object.entries(limits)) {
      for (const change of changes) {
        const { rowCount } = await session.query(`update ${table} set ${change}`);
        expect(rowCount, `${table}: ${change}`).toBeGreaterThan(0);
        await session.rollback();
      }
    }
  });

  test("severities weigh as their order says", async ({ session, rows: _, expect }) => {
    await session.query("update alerts set severity = 'high'");

    expect(await session.sql`select from alerts where severity >= 'medium'`).toHaveLength(1);
    expect(await session.sql`select from alerts where severity >= 'critical'`).toEqual([]);
    await expect(session.query("update alerts set severity = 'mild'")).rejects.toMatchObject({
      code: "22P02",
    });
  });
});
