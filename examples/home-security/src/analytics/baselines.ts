import type { Pool } from "pg";
import { inTransaction, type Queryable } from "../database.ts";

export interface ActivityBaseline {
  /** 0 is Monday. */
  readonly day_of_week: number;
  readonly hour: number;
  readonly average_count: number;
  /** The days of which it is the average. */
  readonly sample_count: number;
}

export interface ClassBaseline {
  readonly object_type: string;
  readonly hour: number;
  /** The share of the camera's detections of that hour. */
  readonly frequency: number;
  readonly sample_count: number;
}

export interface Baselines {
  readonly activity: readonly ActivityBaseline[];
  readonly classes: readonly ClassBaseline[];
}

/** What is usual at a camera, by hours in UTC. */
export function baselineRepository(pool: Pool) {
  const ofCamera = async (database: Queryable, cameraId: string): Promise<Baselines> => {
    const activity = await database.query<ActivityBaseline>(
      `select day_of_week, hour, average_count, sample_count from activity_baselines
       where camera_id = $1 order by day_of_week, hour`,
      [cameraId],
    );
    const classes = await database.query<ClassBaseline>(
      `select object_type, hour, frequency, sample_count from class_baselines
       where camera_id = $1 order by object_type, hour`,
      [cameraId],
    );
    return { activity: activity.rows, classes: classes.rows };
  };

  return {
    ofCamera: async (cameraId: string) => await ofCamera(pool, cameraId),

    /** Learns anew from the detections that there are. Readers see the old baselines or the new ones, never none. */
    async rebuild(cameraId: string): Promise<Baselines> {
      return await inTransaction(pool, async (client) => {
        // Two rebuilds of one camera come one after the other.
        await client.query("select from cameras where id = $1 for update", [cameraId]);
        await client.query("delete from activity_baselines where camera_id = $1", [cameraId]);
        await client.query("delete from class_baselines where camera_id = $1", [cameraId]);
        await client.query(learnActivity, [cameraId]);
        await client.query(learnClasses, [cameraId]);
        return await ofCamera(client, cameraId);
      });
    },
  };
}

const seen = `
  seen as (
    select object_type, detected_at at time zone 'UTC' as moment from detections where camera_id = $1
  )`;

const learnActivity = `
  with ${seen},
  days as (
    select extract(isodow from moment)::int - 1 as day_of_week, extract(hour from moment)::int as hour,
           count(*) as detections
    from seen group by moment::date, 1, 2
  )
  insert into activity_baselines (camera_id, day_of_week, hour, average_count, sample_count)
  select $1, day_of_week, hour, avg(detections), count(*) from days group by day_of_week, hour`;

const learnClasses = `
  with ${seen},
  hours as (
    select object_type, extract(hour from moment)::int as hour, count(*) as detections from seen group by 1, 2
  )
  insert into class_baselines (camera_id, object_type, hour, frequency, sample_count)
  select $1, object_type, hour, detections / sum(detections) over (partition by hour), detections from hours`;
