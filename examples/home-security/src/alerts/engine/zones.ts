import type { Queryable } from "../../database.ts";
import type { SeenObject } from "./rule.ts";

type Corner = readonly [number, number];

interface Place {
  readonly object_type: string;
  readonly confidence: number;
  /** The middle of what was seen, as parts of the picture's width and height. Unknown where the picture's size is. */
  readonly x: number | null;
  readonly y: number | null;
}

/** The objects of an event's detections, each with the camera's zones in which its middle lies. */
export async function seenIn(client: Queryable, eventId: number): Promise<readonly SeenObject[]> {
  const { rows: places } = await client.query<Place>(
    `select d.object_type, d.confidence,
            (d.bbox_x + d.bbox_width / 2.0) / nullif((d.enrichment_data ->> 'picture_width')::float8, 0) as x,
            (d.bbox_y + d.bbox_height / 2.0) / nullif((d.enrichment_data ->> 'picture_height')::float8, 0) as y
     from detections d join event_detections l on l.detection_id = d.id
     where l.event_id = $1 order by d.id`,
    [eventId],
  );
  const { rows: zones } = await client.query<{ id: string; coordinates: readonly Corner[] }>(
    `select z.id, z.coordinates from zones z join events e on e.camera_id = z.camera_id
     where e.id = $1 and z.enabled`,
    [eventId],
  );
  return places.map(({ object_type, confidence, x, y }) => ({
    object_type,
    confidence,
    zone_ids:
      x === null || y === null
        ? []
        : zones.filter((zone) => contains(zone.coordinates, [x, y])).map(({ id }) => id),
  }));
}

/** Whether a point lies within a polygon: a line from it to the right crosses an odd number of sides. */
export function contains(corners: readonly Corner[], [x, y]: Corner): boolean {
  let isInside = false;
  corners.forEach(([x1, y1], index) => {
    const [x2, y2] = corners.at(index - 1) ?? [x1, y1];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside;
  });
  return isInside;
}
