import type { Analyzer } from "./assessment.ts";

const weights: Readonly<Record<string, number>> = {
  person: 60,
  car: 30,
  truck: 35,
  motion: 20,
  dog: 10,
  cat: 5,
};
const unknownWeight = 25;
const nightBonus = 20;
const crowdBonus = 15;

/** Judges by what was seen, how surely, how many and when: no model, the same answer each time. */
export const ruleAnalyzer: Analyzer = async ({ camera_id, detections }) => {
  const types = [...new Set(detections.map(({ object_type }) => object_type))].sort();
  const base = Math.max(
    0,
    ...detections.map(
      ({ object_type, confidence }) => (weights[object_type] ?? unknownWeight) * confidence,
    ),
  );
  const hour = detections[0]?.detected_at.getUTCHours() ?? 12;
  const isNight = hour >= 22 || hour < 6;
  const isCrowd = detections.filter(({ object_type }) => object_type === "person").length > 2;
  const score = base + (isNight ? nightBonus : 0) + (isCrowd ? crowdBonus : 0);
  return {
    risk_score: Math.min(100, Math.round(score)),
    summary: `${types.join(", ")} at ${camera_id}`,
    reasoning: [
      `${detections.length} detections`,
      ...(isNight ? ["at night"] : []),
      ...(isCrowd ? ["several people"] : []),
    ].join(", "),
  };
};
