import type { AlertRule } from "../../alert-rules/alert-rule.ts";
import { alertRuleRepository } from "../../alert-rules/repository.ts";
import type { Queryable } from "../../database.ts";
import type { Alert } from "../alert.ts";
import { dedupKey } from "./dedup-key.ts";
import { matches } from "./matches.ts";
import type { JudgedEvent } from "./rule.ts";
import { seenIn } from "./zones.ts";

export interface AlertEngine {
  /** Must be called within the transaction that made the event, or after it. */
  raise(transaction: Queryable, event: JudgedEvent): Promise<readonly Alert[]>;
}

export function alertEngine(now: () => Date = () => new Date()): AlertEngine {
  return {
    async raise(transaction, event) {
      const rules = await alertRuleRepository(transaction).enabled();
      if (rules.length === 0) return [];
      const seen = await seenIn(transaction, event.id);
      const due = rules
        .filter((rule) => matches(rule, event, seen))
        .map((rule) => ({ rule, key: dedupKey(rule, event, seen) }));
      // Everybody takes the locks in the same order.
      await transaction.query(
        `select pg_advisory_xact_lock(hashtextextended(key, 0))
         from (select distinct key from unnest($1::text[]) as given (key) order by key) as keys`,
        [due.map(({ key }) => `alert:${key}`)],
      );
      const raised: Alert[] = [];
      for (const { rule, key } of due) {
        const alert = await insertUnlessCooling(transaction, { rule, key, event, at: now() });
        if (alert !== undefined) raised.push(alert);
      }
      return raised;
    },
  };
}

interface DueAlert {
  readonly rule: AlertRule;
  readonly key: string;
  readonly event: JudgedEvent;
  readonly at: Date;
}

async function insertUnlessCooling(
  transaction: Queryable,
  { rule, key, event, at }: DueAlert,
): Promise<Alert | undefined> {
  const { rows } = await transaction.query<Alert>(
    `insert into alerts (event_id, rule_id, severity, dedup_key, channels, metadata, created_at, updated_at)
     select $1, $2, $3, $4, $5, $6, $7, $7
     where not exists (
       select from alerts
       where dedup_key = $4 and (event_id = $1 or created_at > $7::timestamptz - make_interval(secs => $8))
     )
     returning *`,
    [
      event.id,
      rule.id,
      rule.severity,
      key,
      JSON.stringify(rule.channels),
      JSON.stringify({ rule_name: rule.name, camera_id: event.camera_id }),
      at,
      rule.cooldown_seconds,
    ],
  );
  return rows[0];
}
