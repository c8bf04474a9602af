import { describe, test } from "vitest";
import { dedupKey } from "../../src/alerts/engine/dedup-key.ts";
import { matches } from "../../src/alerts/engine/matches.ts";
import type { JudgedEvent, RuleConditions, SeenObject } from "../../src/alerts/engine/rule.ts";
import { contains } from "../../src/alerts/engine/zones.ts";

const noConditions: RuleConditions = {
  risk_threshold: null,
  object_types: null,
  camera_ids: null,
  zone_ids: null,
  min_confidence: null,
  schedule: null,
};

const event: JudgedEvent = {
  id: 7,
  camera_id: "front_door",
  risk_score: 60,
  risk_level: "high",
  started_at: new Date("2026-01-05T12:00:00Z"),
};

const person: SeenObject = { object_type: "person", confidence: 0.6, zone_ids: ["porch"] };
const cat: SeenObject = { object_type: "cat", confidence: 0.95, zone_ids: ["lawn"] };

describe("a rule's conditions", { tags: ["services"] }, () => {
  test("a rule without conditions holds for everything, also where nothing was seen", ({
    expect,
  }) => {
    expect(matches(noConditions, event, [])).toBe(true);
  });

  test.for([
    { what: "a score at the threshold", conditions: { risk_threshold: 60 }, holds: true },
    { what: "a score below the threshold", conditions: { risk_threshold: 61 }, holds: false },
    { what: "its camera", conditions: { camera_ids: ["garage", "front_door"] }, holds: true },
    { what: "another camera", conditions: { camera_ids: ["garage"] }, holds: false },
    { what: "no camera at all", conditions: { camera_ids: [] }, holds: false },
    { what: "an object that was seen", conditions: { object_types: ["dog", "cat"] }, holds: true },
    { what: "an object that was not seen", conditions: { object_types: ["dog"] }, holds: false },
    { what: "confidence that one object has", conditions: { min_confidence: 0.95 }, holds: true },
    { what: "confidence that none has", conditions: { min_confidence: 0.96 }, holds: false },
    { what: "a zone in which something was", conditions: { zone_ids: ["porch"] }, holds: true },
    { what: "a zone in which nothing was", conditions: { zone_ids: ["drive"] }, holds: false },
    {
      what: "an hour within the schedule",
      conditions: { schedule: { start_time: "11:00", end_time: "13:00", timezone: "UTC" } },
      holds: true,
    },
    {
      what: "an hour outside of the schedule",
      conditions: { schedule: { start_time: "13:00", end_time: "14:00", timezone: "UTC" } },
      holds: false,
    },
  ])("$what: $holds", ({ conditions, holds }, { expect }) => {
    expect(matches({ ...noConditions, ...conditions }, event, [person, cat])).toBe(holds);
  });

  test("all of them must hold", ({ expect }) => {
    const all = {
      risk_threshold: 50,
      camera_ids: ["front_door"],
      object_types: ["person"],
      min_confidence: 0.5,
      zone_ids: ["porch"],
      schedule: { start_time: "11:00", end_time: "13:00", timezone: "UTC" },
    };
    expect(matches(all, event, [person, cat])).toBe(true);
    for (const wrong of [
      { risk_threshold: 90 },
      { camera_ids: ["garage"] },
      { object_types: ["dog"] },
      { min_confidence: 0.99 },
      { zone_ids: ["drive"] },
      { schedule: { start_time: "13:00", end_time: "14:00", timezone: "UTC" } },
    ])
      expect(matches({ ...all, ...wrong }, event, [person, cat]), JSON.stringify(wrong)).toBe(
        false,
      );
  });

  test("a sure cat and a doubtful person are not a sure person", ({ expect }) => {
    const sure = { ...noConditions, object_types: ["person"], min_confidence: 0.9 };

    expect(matches(sure, event, [person, cat])).toBe(false);
    expect(matches(sure, event, [{ ...person, confidence: 0.9 }])).toBe(true);
  });

  test("an event without a score is below every threshold, even 0", ({ expect }) => {
    expect(
      matches({ ...noConditions, risk_threshold: 0 }, { ...event, risk_score: null }, []),
    ).toBe(false);
  });

  test("conditions on what was seen do not hold where nothing was", ({ expect }) => {
    expect(matches({ ...noConditions, min_confidence: 0 }, event, [])).toBe(false);
  });
});

describe("a rule's dedup key", { tags: ["services"] }, () => {
  const key = (dedup_key_template: string, seen: readonly SeenObject[] = [person, cat, person]) =>
    dedupKey({ id: "r1", dedup_key_template }, event, seen);

  test.for([
    ["{camera_id}:{rule_id}", "front_door:r1"],
    ["{camera_id}:{risk_level}", "front_door:high"],
    ["{event_id}", "7"],
    ["one for all", "one for all"],
    ["{camera_id}{camera_id}", "front_doorfront_door"],
    ["{constructor}:{unknown}", "{constructor}:{unknown}"],
  ] as const)("%s is %s", ([template, wanted], { expect }) => {
    expect(key(template)).toBe(wanted);
  });

  test("what was seen has one name, in whichever order it was seen", ({ expect }) => {
    expect(key("{object_type}", [person, cat, person])).toBe("cat+person");
    expect(key("{object_type}", [cat, person])).toBe("cat+person");
    expect(key("{object_type}", [])).toBe("none");
  });
});

describe("a zone", { tags: ["services"] }, () => {
  const triangle = [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.5, 0.8],
  ] as const;

  test.for([
    { point: [0.5, 0.4], isInside: true },
    { point: [0.3, 0.7], isInside: false },
    { point: [0.7, 0.7], isInside: false },
    { point: [0.5, 0.1], isInside: false },
    { point: [0.9, 0.3], isInside: false },
  ] as const)("$point is inside: $isInside", ({ point, isInside }, { expect }) => {
    expect(contains(triangle, point)).toBe(isInside);
  });

  test("a corner that goes inwards is outside", ({ expect }) => {
    const arrow = [
      [0, 0],
      [1, 0],
      [0.5, 0.3],
      [0.5, 1],
    ] as const;

    expect(contains(arrow, [0.6, 0.5])).toBe(false);
    expect(contains(arrow, [0.4, 0.4])).toBe(true);
  });
});
