import type { TestSnapshot } from "../../../shakedown/src/events/reduce-run.ts";

export interface TimePart {
  readonly kind: "fixture" | "body" | "reset" | "aside";
  readonly name: string;
  readonly ms: number;
  /** What a reset found. */
  readonly outcome?: TestSnapshot["resets"][number]["outcome"];
}

/** What a test's time went to: its fixtures, itself, and the resets after it. */
export function testTimes({ result, fixtures, resets }: TestSnapshot): TimePart[] {
  const settingUp = fixtures.reduce((sum, { tookMs }) => sum + tookMs, 0);
  return [
    ...fixtures.map(({ name, tookMs }) => ({ kind: "fixture" as const, name, ms: tookMs })),
    { kind: "body", name: "the test itself", ms: Math.max(0, result.durationMs - settingUp) },
    ...resets.map(({ service, tookMs, outcome }) => ({
      kind: "reset" as const,
      name: service,
      ms: tookMs,
      outcome,
    })),
    ...(result.setAsideMs === undefined
      ? []
      : [{ kind: "aside" as const, name: "its data set aside", ms: result.setAsideMs }]),
  ];
}
