import type { AlertRule } from "../../alert-rules/alert-rule.ts";
import type { JudgedEvent, SeenObject } from "./rule.ts";

/** `{camera_id}:{rule_id}` with what it stands for. A placeholder that nobody knows stays as it is. */
export function dedupKey(
  { id, dedup_key_template }: Pick<AlertRule, "id" | "dedup_key_template">,
  event: JudgedEvent,
  seen: readonly SeenObject[],
): string {
  const values: Readonly<Record<string, string>> = {
    rule_id: id,
    event_id: String(event.id),
    camera_id: event.camera_id,
    risk_level: event.risk_level ?? "none",
    // In one order, whichever was seen first.
    object_type:
      [...new Set(seen.map(({ object_type }) => object_type))].sort().join("+") || "none",
  };
  return dedup_key_template.replaceAll(/\{(\w+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? placeholder) : placeholder,
  );
}
