import type { Broadcast } from "../broadcast/broadcaster.ts";
import type { Camera } from "../cameras/camera.ts";
import type { Queryable } from "../database.ts";

export interface HealthMonitorParts {
  readonly database: Queryable;
  readonly broadcast: Broadcast;
  readonly silentMs: number;
  readonly now?: () => Date;
}

/** Marks cameras that have fallen silent as offline, and those that are heard of again as online. */
export async function watchCameras({
  database,
  broadcast,
  silentMs,
  now = () => new Date(),
}: HealthMonitorParts): Promise<readonly Camera[]> {
  // A camera that has never sent anything may be being installed: its status is the operator's. So is `error`.
  const { rows: changed } = await database.query<Camera>(
    `update cameras set status = case status when 'online' then 'offline' else 'online' end
     where deleted_at is null and last_seen_at is not null
       and status = case when last_seen_at < $1 then 'online' else 'offline' end
     returning *`,
    [new Date(now().getTime() - silentMs)],
  );
  for (const camera of changed) await broadcast("cameras", { type: "camera", data: camera });
  return changed;
}
