import { durationText } from "../../../shakedown/src/kit/duration-text.ts";
import type { RunEvent } from "../../../shakedown/src/events/run-event.ts";

export interface ServiceMoment {
  readonly service: string;
  readonly slot?: number;
  readonly atEpochMs: number;
  readonly kind: "started again" | "failed" | "exited" | "stop failed";
  readonly text: string;
  readonly hint?: string;
  readonly logTail: readonly string[];
}

/** What did not go as planned with the services, in the order in which it came. */
export function serviceMoments(events: readonly RunEvent[]): ServiceMoment[] {
  const moments: ServiceMoment[] = [];
  const ended = new Set<string>();
  for (const event of events) {
    if (event.type === "service:exited") {
      ended.add(partOf(event));
      moments.push({ ...placeOf(event), kind: "exited", text: event.how, logTail: event.logTail });
    } else if (event.type === "service:failed" || event.type === "service:stopped") {
      ended.add(partOf(event));
      const { error } = event;
      if (error === undefined) continue;
      moments.push({
        ...placeOf(event),
        kind: event.type === "service:failed" ? "failed" : "stop failed",
        text: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        logTail: tailOf(error.details),
      });
    } else if (event.type === "service:ready" && ended.delete(partOf(event)) && !event.attached) {
      const text = `ready after ${durationText(event.tookMs)}`;
      moments.push({ ...placeOf(event), kind: "started again", text, logTail: [] });
    }
  }
  return moments.toSorted((left, right) => left.atEpochMs - right.atEpochMs);
}

type OfService = Extract<RunEvent, { type: `service:${string}` }>;

function partOf({ service, slot }: OfService): string {
  return `${slot ?? ""} ${service}`;
}

function placeOf({ service, slot, atEpochMs }: OfService) {
  return { service, atEpochMs, ...(slot === undefined ? {} : { slot }) };
}

function tailOf(details: Readonly<Record<string, unknown>> | undefined): readonly string[] {
  const tail = details?.["logTail"];
  return Array.isArray(tail)
    ? tail.filter((line): line is string => typeof line === "string").slice(-40)
    : [];
}
