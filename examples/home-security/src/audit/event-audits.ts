import * as v from "valibot";
import type { Queryable } from "../database.ts";
import { notFound } from "../http/errors.ts";
import { numberFrom, text, wholeFrom } from "../http/validation.ts";

/** How good the analysis of one event was. */
export interface EventAudit {
  readonly id: number;
  readonly event_id: number;
  readonly audited_at: Date;
  readonly prompt_length: number;
  readonly enrichment_utilization: number;
  readonly context_usage_score: number | null;
  readonly reasoning_coherence_score: number | null;
  readonly risk_justification_score: number | null;
  readonly overall_quality_score: number | null;
  readonly critique: string | null;
}

const score = v.optional(v.nullable(numberFrom(1, 5)), null);

export const eventAuditSchema = v.object({
  prompt_length: v.optional(wholeFrom(0, 10_000_000), 0),
  enrichment_utilization: v.optional(numberFrom(0, 1), 0),
  context_usage_score: score,
  reasoning_coherence_score: score,
  risk_justification_score: score,
  overall_quality_score: score,
  critique: v.optional(v.nullable(text(10_000)), null),
});
export type NewEventAudit = v.InferOutput<typeof eventAuditSchema>;

export interface AuditStatistics {
  readonly total_audits: number;
  readonly audited_events_share: number;
  readonly average_quality_score: number | null;
}

export function eventAudits(database: Queryable) {
  return {
    async ofEvent(eventId: number): Promise<EventAudit | undefined> {
      const { rows } = await database.query<EventAudit>(
        "select * from event_audits where event_id = $1",
        [eventId],
      );
      return rows[0];
    },

    /**
     * An event has one audit: a second one takes the first one's place.
     *
     * @throws a 404 when there is no such event
     */
    async put(eventId: number, audit: NewEventAudit): Promise<EventAudit> {
      const columns = Object.keys(audit);
      const { rows } = await database.query<EventAudit>(
        `insert into event_audits (event_id, ${columns.join(", ")})
         select id, ${columns.map((_, index) => `$${index + 2}`).join(", ")}
         from events where id = $1 and deleted_at is null
         on conflict (event_id) do update set audited_at = now(),
           ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}
         returning *`,
        [eventId, ...Object.values(audit)],
      );
      if (rows[0] === undefined) throw notFound("Event", eventId);
      return rows[0];
    },

    async statistics(): Promise<AuditStatistics> {
      const { rows } = await database.query<AuditStatistics>(
        `select count(a.id)::int as total_audits,
                coalesce(count(a.id)::float8 / nullif(count(*), 0), 0) as audited_events_share,
                avg(a.overall_quality_score)::float8 as average_quality_score
         from events e left join event_audits a on a.event_id = e.id where e.deleted_at is null`,
      );
      return rows[0] ?? { total_audits: 0, audited_events_share: 0, average_quality_score: null };
    },
  };
}
