import type { JsonValue } from "../errors/shakedown-error.ts";
import { secretsAmong } from "../kit/redact.ts";
import type { StackRoom } from "./stack-room.ts";

/** What must not be shown of these rooms: passwords that services tell each other, secrets that the stack gives them. */
export function secretsOf(rooms: readonly StackRoom[]): string[] {
  return rooms.flatMap((room) => [
    ...Object.values(room.runPart.sharedOutputs()).flatMap(secretsAmong),
    ...room.slots().flatMap((slot) => Object.values(slot.outputs()).flatMap(secretsAmong)),
    ...room.kept().flatMap(({ outputs }) => secretsAmong(outputs)),
    ...room.plan.services.flatMap(({ options }) => secretsIn(options)),
  ]);
}

function secretsIn(value: JsonValue): string[] {
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap((item: JsonValue) => secretsIn(item));
  return [
    ...secretsAmong(value as Readonly<Record<string, JsonValue>>),
    ...Object.values(value).flatMap(secretsIn),
  ];
}
