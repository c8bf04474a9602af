import { durationText } from "../kit/duration-text.ts";
import type { SupervisorStatus } from "../supervisor/protocol.ts";

/** "2 h", "30 min": as somebody would say it. */
export function spanText(durationMs: number): string {
  const minutes = durationMs / 60_000;
  if (!Number.isInteger(minutes)) return durationText(durationMs);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** How long services stay. */
export function keepText({
  keep,
  idleMs,
  idleStopsAtEpochMs,
}: Pick<SupervisorStatus, "keep" | "idleMs" | "idleStopsAtEpochMs">): string {
  if (!keep) return "ends with its last client";
  if (idleMs === undefined || idleMs === 0) return "stays until `shakedown down`";
  const at =
    idleStopsAtEpochMs === undefined
      ? ""
      : ` (${new Date(idleStopsAtEpochMs).toTimeString().slice(0, 5)})`;
  return `stays until \`shakedown down\`, or ${spanText(idleMs)} without a client${at}`;
}
