import type { Pool, PoolClient } from "pg";
import { assignments, inTransaction, type Queryable } from "../database.ts";
import { notFound } from "../http/errors.ts";
import type { Detection } from "./detection.ts";
import type {
  EventChanges,
  EventFilter,
  NewDetection,
  NewEvent,
  RiskLevel,
  SecurityEvent,
} from "./event.ts";

export type EventRepository = ReturnType<typeof eventRepository>;

export interface EventPage {
  readonly events: readonly SecurityEvent[];
  /** Of all that match, not of this page. */
  readonly count: number;
}

export interface EventStatistics {
  readonly total_events: number;
  readonly unreviewed: number;
  readonly events_by_risk_level: Readonly<Record<RiskLevel, number>>;
  readonly events_by_camera: readonly { readonly camera_id: string; readonly count: number }[];
}

export function eventRepository(pool: Pool) {
  return {
    /** The newest first. */
    async list(filter: EventFilter): Promise<EventPage> {
      const { where, values } = conditions(filter);
      const [page, total] = await Promise.all([
        pool.query<SecurityEvent>(
          `select e.* from events e ${where} order by e.started_at desc, e.id desc
           limit $${values.length + 1} offset $${values.length + 2}`,
          [...values, filter.limit, filter.offset],
        ),
        pool.query<{ count: number }>(`select count(*)::int as count from events e ${where}`, [
          ...values,
        ]),
      ]);
      return { events: page.rows, count: total.rows[0]?.count ?? 0 };
    },

    async find(id: number): Promise<SecurityEvent | undefined> {
      const { rows } = await pool.query<SecurityEvent>("select * from events where id = $1", [id]);
      return rows[0];
    },

    /**
     * The event, its detections, the links between them and when the camera was last seen: all or nothing.
     *
     * @throws a 404 when there is no such camera
     */
    async create(event: NewEvent): Promise<SecurityEvent> {
      return await inTransaction(pool, async (client) => {
        // The camera first: its row stays locked, so that it is not deleted (or written by others) under our feet.
        const seen = await client.query(
          "update cameras set last_seen_at = greatest(last_seen_at, $2) where id = $1",
          [event.camera_id, event.started_at],
        );
        if (seen.rowCount === 0) throw notFound("Camera", event.camera_id);
        const created = await insertEvent(client, event);
        for (const detection of event.detections) await insertDetection(client, created, detection);
        return created;
      });
    },

    async update(id: number, changes: EventChanges): Promise<SecurityEvent | undefined> {
      const { set, values } = assignments(changes);
      if (set === "") return await this.find(id);
      const { rows } = await pool.query<SecurityEvent>(
        `update events set ${set} where id = $${values.length + 1} returning *`,
        [...values, id],
      );
      return rows[0];
    },

    async detections(id: number): Promise<readonly Detection[]> {
      const { rows } = await pool.query<Detection>(
        `select d.* from detections d join event_detections l on l.detection_id = d.id
         where l.event_id = $1 order by d.detected_at, d.id`,
        [id],
      );
      return rows;
    },

    async statistics(): Promise<EventStatistics> {
      const [totals, perCamera] = await Promise.all([
        pool.query<Record<RiskLevel | "total" | "unreviewed", number>>(
          `select count(*)::int as total,
                  count(*) filter (where not reviewed)::int as unreviewed,
                  count(*) filter (where risk_level = 'low')::int as low,
                  count(*) filter (where risk_level = 'medium')::int as medium,
                  count(*) filter (where risk_level = 'high')::int as high,
                  count(*) filter (where risk_level = 'critical')::int as critical
           from events`,
        ),
        pool.query<{ camera_id: string; count: number }>(
          "select camera_id, count(*)::int as count from events group by camera_id order by count desc, camera_id",
        ),
      ]);
      const {
        total = 0,
        unreviewed = 0,
        low = 0,
        medium = 0,
        high = 0,
        critical = 0,
      } = totals.rows[0] ?? {};
      return {
        total_events: total,
        unreviewed,
        events_by_risk_level: { low, medium, high, critical },
        events_by_camera: perCamera.rows,
      };
    },
  };
}

function conditions(filter: EventFilter): {
  readonly where: string;
  readonly values: readonly unknown[];
} {
  const parts: string[] = [];
  const values: unknown[] = [];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    parts.push(condition(`$${values.length}`));
  };
  add(filter.camera_id, (p) => `e.camera_id = ${p}`);
  add(filter.risk_level, (p) => `e.risk_level = ${p}`);
  add(filter.start_date, (p) => `e.started_at >= ${p}`);
  add(filter.end_date, (p) => `e.started_at <= ${p}`);
  add(filter.reviewed, (p) => `e.reviewed = ${p}`);
  add(
    filter.object_type,
    (p) => `exists (select from event_detections l join detections d on d.id = l.detection_id
                    where l.event_id = e.id and d.object_type = ${p})`,
  );
  return { where: parts.length === 0 ? "" : `where ${parts.join(" and ")}`, values };
}

async function insertEvent(client: PoolClient, event: NewEvent): Promise<SecurityEvent> {
  const { rows } = await client.query<SecurityEvent>(
    `insert into events (batch_id, camera_id, started_at, ended_at, risk_score, risk_level, summary, reasoning)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning *`,
    [
      event.batch_id,
      event.camera_id,
      event.started_at,
      event.ended_at,
      event.risk_score,
      event.risk_level,
      event.summary,
      event.reasoning,
    ],
  );
  const [created] = rows;
  if (created === undefined) throw new Error("the inserted event did not come back");
  return created;
}

async function insertDetection(
  client: Queryable,
  event: SecurityEvent,
  detection: NewDetection,
): Promise<void> {
  await client.query(
    `with created as (
       insert into detections (camera_id, file_path, media_type, detected_at, object_type, confidence)
       values ($1, $2, $3, $4, $5, $6) returning id
     )
     insert into event_detections (event_id, detection_id) select $7, id from created`,
    [
      event.camera_id,
      detection.file_path,
      detection.media_type,
      detection.detected_at ?? event.started_at,
      detection.object_type,
      detection.confidence,
      event.id,
    ],
  );
}
