import type { Pool } from "pg";
import { inTransaction, type Queryable } from "../database.ts";
import { notFound } from "../http/errors.ts";
import { selectList, selectPage, type List, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import type { DetectionOfEvent } from "../detections/detection.ts";
import { detectionRepository } from "../detections/repository.ts";
import type {
  EventChanges,
  EventFilter,
  EventSearch,
  NewEvent,
  RiskLevel,
  SecurityEvent,
} from "./event.ts";

export interface EventStatistics {
  readonly total_events: number;
  readonly unreviewed: number;
  readonly events_by_risk_level: Readonly<Record<RiskLevel, number>>;
  readonly events_by_camera: readonly { readonly camera_id: string; readonly count: number }[];
}

/** All but `search_vector`, which is nobody's business. */
const columns = `id, batch_id, camera_id, started_at, ended_at, risk_score, risk_level, summary, reasoning, llm_prompt,
  object_types, clip_path, is_fast_path, reviewed, notes, deleted_at`;

/** Events that are deleted are none to anybody but `restore`. */
export function eventRepository(pool: Pool) {
  const one = async (text: string, values: unknown[]): Promise<SecurityEvent | undefined> =>
    (await pool.query<SecurityEvent>(text, values)).rows[0];

  return {
    /** The newest first. */
    async list(filter: EventFilter): Promise<Page<SecurityEvent>> {
      const source = { table: "events", at: "started_at", columns, filter: wanted(filter) };
      return await selectPage<SecurityEvent>(pool, source, filter);
    },

    /** The best match first. */
    async search({ q, ...filter }: EventSearch): Promise<List<SecurityEvent>> {
      return await selectList<SecurityEvent>(
        pool,
        {
          table: "events",
          columns,
          filter: { "search_vector @@ websearch_to_tsquery('english', ?)": q, ...wanted(filter) },
          // $1 is q, which stands first in the filter.
          order: `ts_rank(search_vector, websearch_to_tsquery('english', $1)) desc, started_at desc, id desc`,
        },
        filter,
      );
    },

    async find(id: number): Promise<SecurityEvent | undefined> {
      return await one(`select ${columns} from events where id = $1 and deleted_at is null`, [id]);
    },

    /**
     * The event, its detections, the links between them, when the camera was last seen, and what is to happen alongside:
     * all or nothing.
     *
     * @throws a 404 when there is no such camera
     */
    async create(
      { detections, ...event }: NewEvent,
      alongside?: (transaction: Queryable, created: SecurityEvent) => Promise<void>,
    ): Promise<SecurityEvent> {
      return await inTransaction(pool, async (client) => {
        // The camera first: its row stays locked, so that it is not deleted (or written by others) under our feet.
        const seen = await client.query(
          `update cameras set last_seen_at = greatest(last_seen_at, $2)
           where id = $1 and deleted_at is null`,
          [event.camera_id, event.started_at],
        );
        if (seen.rowCount === 0) throw notFound("Camera", event.camera_id);
        const { search_vector: _, ...created } = await table<
          SecurityEvent & { readonly search_vector: unknown }
        >(client, { name: "events", kind: "Event" }).insert(event);
        for (const detection of detections) await addDetection(client, created, detection);
        await alongside?.(client, created);
        return created;
      });
    },

    async update(id: number, changes: EventChanges): Promise<SecurityEvent | undefined> {
      if ((await this.find(id)) === undefined) return undefined;
      await table(pool, { name: "events", kind: "Event" }).update(id, changes);
      return await this.find(id);
    },

    /** The ids of those that there are. */
    async review(ids: readonly number[], reviewed: boolean): Promise<readonly number[]> {
      const { rows } = await pool.query<{ id: number }>(
        `update events set reviewed = $2 where id = any($1) and deleted_at is null returning id`,
        [ids, reviewed],
      );
      return rows.map(({ id }) => id).toSorted((one, other) => one - other);
    },

    async hide(id: number): Promise<boolean> {
      return (
        (await one(
          "update events set deleted_at = now() where id = $1 and deleted_at is null returning id",
          [id],
        )) !== undefined
      );
    },

    /** Undefined when it is not deleted. */
    async restore(id: number): Promise<SecurityEvent | undefined> {
      return await one(
        `update events set deleted_at = null where id = $1 and deleted_at is not null returning ${columns}`,
        [id],
      );
    },

    async statistics(): Promise<EventStatistics> {
      const totals = await pool.query<Record<RiskLevel | "total" | "unreviewed", number>>(
        `select count(*)::int as total,
                count(*) filter (where not reviewed)::int as unreviewed,
                count(*) filter (where risk_level = 'low')::int as low,
                count(*) filter (where risk_level = 'medium')::int as medium,
                count(*) filter (where risk_level = 'high')::int as high,
                count(*) filter (where risk_level = 'critical')::int as critical
         from events where deleted_at is null`,
      );
      const perCamera = await pool.query<{ camera_id: string; count: number }>(
        `select camera_id, count(*)::int as count from events where deleted_at is null
         group by camera_id order by count desc, camera_id`,
      );
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

function wanted(filter: Omit<EventFilter, "cursor">): Readonly<Record<string, unknown>> {
  return {
    "deleted_at is null": true,
    "camera_id = ?": filter.camera_id,
    "risk_level = ?": filter.risk_level,
    "started_at >= ?": filter.start_date,
    "started_at <= ?": filter.end_date,
    "reviewed = ?": filter.reviewed,
    [`exists (select from event_detections l join detections d on d.id = l.detection_id
              where l.event_id = events.id and d.object_type = ?)`]: filter.object_type,
  };
}

async function addDetection(
  client: Queryable,
  event: SecurityEvent,
  detection: DetectionOfEvent,
): Promise<void> {
  const { id } = await detectionRepository(client).create({
    ...detection,
    camera_id: event.camera_id,
    detected_at: detection.detected_at ?? event.started_at,
  });
  await client.query("insert into event_detections (event_id, detection_id) values ($1, $2)", [
    event.id,
    id,
  ]);
}
