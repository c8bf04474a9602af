import type { Alert } from "../alerts/alert.ts";
import type { Broadcast } from "../broadcast/broadcaster.ts";
import type { SecurityEvent } from "./event.ts";

/** Tells of a new event, and then of the alerts that it raised. Call it after the commit. */
export async function announce(
  broadcast: Broadcast,
  event: SecurityEvent,
  alerts: readonly Alert[],
): Promise<void> {
  const { id, batch_id, camera_id, risk_score, risk_level, summary, reasoning, started_at } = event;
  await broadcast("events", {
    type: "event",
    data: {
      id,
      event_id: id,
      batch_id,
      camera_id,
      risk_score,
      risk_level,
      summary,
      reasoning,
      started_at,
    },
  });
  for (const alert of alerts) await broadcast("alerts", { type: "alert", data: alert });
}
