import { randomUUID } from "node:crypto";
import type { Queryable } from "../database.ts";
import { conditions } from "../sql/conditions.ts";
import { table } from "../sql/table.ts";
import type { NewZone, Zone, ZoneChanges, ZoneFilter } from "./zone.ts";

/** A zone is only found at its own camera. */
export function zoneRepository(database: Queryable) {
  const zones = table<Zone>(database, {
    name: "zones",
    kind: "Zone",
    json: ["coordinates"],
    isDated: true,
    unique: { zones_name_unique_in_camera: "name" },
    references: { zones_camera_id_fkey: ["Camera", "camera_id"] },
  });

  return {
    /** The one that counts first. */
    async ofCamera(cameraId: string, { enabled }: ZoneFilter = {}): Promise<readonly Zone[]> {
      const { where, values } = conditions({ "camera_id = ?": cameraId, "enabled = ?": enabled });
      const { rows } = await database.query<Zone>(
        `select * from zones ${where} order by priority desc, name`,
        [...values],
      );
      return rows;
    },

    async find(cameraId: string, id: string): Promise<Zone | undefined> {
      const zone = await zones.find(id);
      return zone?.camera_id === cameraId ? zone : undefined;
    },

    /** @throws a 404 when there is no such camera, a 409 when it has a zone of that name */
    async create(cameraId: string, zone: NewZone): Promise<Zone> {
      return await zones.insert({ id: `zone_${randomUUID()}`, camera_id: cameraId, ...zone });
    },

    /** @throws a 409 when the name is another zone's of that camera */
    async update(cameraId: string, id: string, changes: ZoneChanges): Promise<Zone | undefined> {
      if ((await this.find(cameraId, id)) === undefined) return undefined;
      return await zones.update(id, changes);
    },

    async remove(cameraId: string, id: string): Promise<boolean> {
      if ((await this.find(cameraId, id)) === undefined) return false;
      return await zones.remove(id);
    },
  };
}
