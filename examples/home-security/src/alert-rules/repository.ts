import type { Queryable } from "../database.ts";
import { selectList, type List } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import type { AlertRule, AlertRuleChanges, AlertRuleFilter, NewAlertRule } from "./alert-rule.ts";

export function alertRuleRepository(database: Queryable) {
  const rules = table<AlertRule>(database, {
    name: "alert_rules",
    kind: "Alert rule",
    json: ["schedule"],
    isDated: true,
    unique: { alert_rules_name_unique: "name" },
  });

  return {
    find: rules.find,
    remove: rules.remove,

    /** @throws a 409 when the name is taken */
    async create(rule: NewAlertRule): Promise<AlertRule> {
      return await rules.insert(rule);
    },

    /** @throws a 409 when the name is another rule's */
    async update(id: string, changes: AlertRuleChanges): Promise<AlertRule | undefined> {
      return await rules.update(id, changes);
    },

    async list(filter: AlertRuleFilter): Promise<List<AlertRule>> {
      return await selectList<AlertRule>(
        database,
        {
          table: "alert_rules",
          order: "name",
          filter: { "enabled = ?": filter.enabled, "severity = ?": filter.severity },
        },
        filter,
      );
    },

    /** What the alert engine goes through for each event. */
    async enabled(): Promise<readonly AlertRule[]> {
      const { rows } = await database.query<AlertRule>(
        "select * from alert_rules where enabled order by severity desc, name",
      );
      return rows;
    },
  };
}
