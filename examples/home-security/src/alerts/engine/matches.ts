import type { JudgedEvent, RuleConditions, SeenObject } from "./rule.ts";
import { isAwake } from "./schedule.ts";

/**
 * Whether all conditions hold. Those on what was seen must hold for one and the same object: a sure cat and a doubtful
 * person are not a sure person.
 */
export function matches(
  rule: RuleConditions,
  event: JudgedEvent,
  seen: readonly SeenObject[],
): boolean {
  const { risk_threshold, camera_ids, schedule } = rule;
  return (
    (risk_threshold === null || (event.risk_score ?? -1) >= risk_threshold) &&
    (camera_ids === null || camera_ids.includes(event.camera_id)) &&
    (schedule === null || isAwake(schedule, event.started_at)) &&
    (asksForNothing(rule) || seen.some((object) => isMeant(rule, object)))
  );
}

function asksForNothing({ object_types, min_confidence, zone_ids }: RuleConditions): boolean {
  return object_types === null && min_confidence === null && zone_ids === null;
}

function isMeant(rule: RuleConditions, object: SeenObject): boolean {
  const { object_types, min_confidence, zone_ids } = rule;
  return (
    (object_types === null || object_types.includes(object.object_type)) &&
    (min_confidence === null || object.confidence >= min_confidence) &&
    (zone_ids === null || object.zone_ids.some((zone) => zone_ids.includes(zone)))
  );
}
