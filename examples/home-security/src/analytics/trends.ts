import * as v from "valibot";
import type { Queryable } from "../database.ts";
import { timestamp } from "../http/validation.ts";

const dayMs = 86_400_000;

/** Whole days in UTC, both included. */
export const trendSpanSchema = v.pipe(
  v.object({ start_date: timestamp, end_date: timestamp, camera_id: v.optional(v.string()) }),
  v.check(
    ({ start_date, end_date }) => start_date <= end_date,
    "start_date must not be after end_date",
  ),
  v.check(
    ({ start_date, end_date }) => end_date.getTime() - start_date.getTime() <= 366 * dayMs,
    "must be at most a year",
  ),
);
export type TrendSpan = v.InferOutput<typeof trendSpanSchema>;

export interface Trend {
  /** `2026-01-31` */
  readonly date: string;
  readonly detections: number;
  readonly events: number;
  readonly average_risk_score: number | null;
}

export function trendRepository(database: Queryable) {
  return {
    /** Each day of the span, those on which nothing happened included. */
    async daily({ start_date, end_date, camera_id }: TrendSpan): Promise<readonly Trend[]> {
      const { rows } = await database.query<Trend>(
        `select to_char(day, 'YYYY-MM-DD') as date,
                (select count(*)::int from detections
                 where (detected_at at time zone 'UTC')::date = day and ($3::text is null or camera_id = $3)) as detections,
                count(e.id)::int as events, avg(e.risk_score)::float8 as average_risk_score
         from (select generate_series(($1::timestamptz at time zone 'UTC')::date,
                                      ($2::timestamptz at time zone 'UTC')::date, interval '1 day')::date as day) days
         left join events e on (e.started_at at time zone 'UTC')::date = day and e.deleted_at is null
                            and ($3::text is null or e.camera_id = $3)
         group by day order by day`,
        [start_date, end_date, camera_id],
      );
      return rows;
    },
  };
}
