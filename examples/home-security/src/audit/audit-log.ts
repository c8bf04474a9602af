import * as v from "valibot";
import type { Context } from "hono";
import type { Queryable } from "../database.ts";
import { pagedFilter } from "../http/paging.ts";
import { timeSpan } from "../http/validation.ts";
import { selectPage, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";

/** Who changed what. */
export interface AuditEntry {
  readonly id: number;
  readonly timestamp: Date;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly actor: string;
  readonly status: "success" | "failure";
  readonly details: Readonly<Record<string, unknown>>;
}

export const auditFilterSchema = pagedFilter({
  action: v.optional(v.string()),
  resource_type: v.optional(v.string()),
  resource_id: v.optional(v.string()),
  actor: v.optional(v.string()),
  ...timeSpan(),
});
export type AuditFilter = v.InferOutput<typeof auditFilterSchema>;

export interface AuditedResource {
  readonly type: string;
  readonly id?: string | number;
  readonly details?: Readonly<Record<string, unknown>>;
}

export function auditLog(database: Queryable) {
  const entries = table<AuditEntry>(database, {
    name: "audit_logs",
    kind: "Audit entry",
    json: ["details"],
  });

  return {
    find: entries.find,

    /** Call it when the change is done. */
    async record(
      context: Context,
      action: string,
      { type, id, details }: AuditedResource,
    ): Promise<void> {
      await entries.insert({
        action,
        resource_type: type,
        resource_id: id === undefined ? undefined : String(id),
        actor: context.get("actor"),
        details,
      });
    },

    /** The newest first. */
    async list(filter: AuditFilter): Promise<Page<AuditEntry>> {
      return await selectPage<AuditEntry>(
        database,
        {
          table: "audit_logs",
          at: "timestamp",
          filter: {
            "action = ?": filter.action,
            "resource_type = ?": filter.resource_type,
            "resource_id = ?": filter.resource_id,
            "actor = ?": filter.actor,
            "timestamp >= ?": filter.start_date,
            "timestamp <= ?": filter.end_date,
          },
        },
        filter,
      );
    },

    async countByAction(): Promise<Readonly<Record<string, number>>> {
      const { rows } = await database.query<{ action: string; count: number }>(
        "select action, count(*)::int as count from audit_logs group by action order by action",
      );
      return Object.fromEntries(rows.map(({ action, count }) => [action, count]));
    },
  };
}
