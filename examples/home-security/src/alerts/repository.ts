import { assignments, type Queryable } from "../database.ts";
import { conflict } from "../http/errors.ts";
import { selectPage, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import {
  mayFollow,
  type Alert,
  type AlertChanges,
  type AlertFilter,
  type NewAlert,
} from "./alert.ts";

export function alertRepository(database: Queryable) {
  const alerts = table<Alert>(database, {
    name: "alerts",
    kind: "Alert",
    json: ["channels", "metadata"],
    references: {
      alerts_event_id_fkey: ["Event", "event_id"],
      alerts_rule_id_fkey: ["Alert rule", "rule_id"],
    },
  });

  return {
    find: alerts.find,
    remove: alerts.remove,

    /** @throws a 404 when the event or the rule does not exist */
    async create(alert: NewAlert): Promise<Alert> {
      return await alerts.insert(alert);
    },

    /** The newest first. */
    async list(filter: AlertFilter): Promise<Page<Alert>> {
      return await selectPage<Alert>(
        database,
        {
          table: "alerts",
          at: "created_at",
          filter: {
            "status = ?": filter.status,
            "severity = ?": filter.severity,
            "severity >= ?": filter.min_severity,
            "event_id = ?": filter.event_id,
            "rule_id = ?": filter.rule_id,
            "created_at >= ?": filter.start_date,
            "created_at <= ?": filter.end_date,
          },
        },
        filter,
      );
    },

    /**
     * Changes the alert if it still is as the caller saw it.
     *
     * @throws a 409 when it was changed since, or when the status may not follow the present one
     */
    async update(
      id: string,
      seenVersion: number,
      { status, severity, metadata }: AlertChanges,
    ): Promise<Alert | undefined> {
      const alert = await alerts.find(id);
      if (alert === undefined) return undefined;
      if (alert.version_id !== seenVersion) throw overtaken(alert.version_id, seenVersion);
      if (status !== undefined && status !== alert.status && !mayFollow(alert.status, status))
        throw conflict(`An alert that is ${alert.status} cannot become ${status}`);

      const { set, values } = assignments({
        status,
        severity,
        metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
        delivered_at: status === "delivered" ? new Date() : undefined,
      });
      // Whoever comes between our look and this statement has raised the version: then no row is hit.
      const { rows } = await database.query<Alert>(
        `update alerts set ${set === "" ? "" : `${set}, `}version_id = version_id + 1, updated_at = now()
         where id = $${values.length + 1} and version_id = $${values.length + 2} returning *`,
        [...values, id, seenVersion],
      );
      if (rows[0] !== undefined) return rows[0];
      const now = await alerts.find(id);
      if (now === undefined) return undefined;
      throw overtaken(now.version_id, seenVersion);
    },
  };
}

function overtaken(version: number, seen: number) {
  return conflict(`The alert was changed in the meantime: it has version ${version}, not ${seen}`);
}
