import type { Queryable } from "../database.ts";
import { selectPage, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import type { Detection, DetectionFilter, NewDetection } from "./detection.ts";

export interface ObjectCount {
  readonly object_type: string;
  readonly count: number;
  readonly average_confidence: number;
}

export function detectionRepository(database: Queryable) {
  const detections = table<Detection>(database, {
    name: "detections",
    kind: "Detection",
    json: ["enrichment_data"],
    references: { detections_camera_id_fkey: ["Camera", "camera_id"] },
  });

  return {
    find: detections.find,
    remove: detections.remove,
    count: detections.count,

    /** @throws a 404 when there is no such camera */
    async create(detection: NewDetection): Promise<Detection> {
      return await detections.insert(detection);
    },

    /** The newest first. */
    async list(filter: DetectionFilter): Promise<Page<Detection>> {
      return await selectPage<Detection>(
        database,
        {
          table: "detections",
          at: "detected_at",
          filter: {
            "camera_id = ?": filter.camera_id,
            "object_type = ?": filter.object_type,
            "media_type = ?": filter.media_type,
            // Stored as a single: 0.9 is not 0.9 when compared as a double.
            "confidence >= ?::real": filter.min_confidence,
            "detected_at >= ?": filter.start_date,
            "detected_at <= ?": filter.end_date,
          },
        },
        filter,
      );
    },

    /** In the order in which they were seen. */
    async ofEvent(eventId: number): Promise<readonly Detection[]> {
      const { rows } = await database.query<Detection>(
        `select d.* from detections d join event_detections l on l.detection_id = d.id
         where l.event_id = $1 order by d.detected_at, d.id`,
        [eventId],
      );
      return rows;
    },

    async newestPicture(cameraId: string): Promise<Detection | undefined> {
      const { rows } = await database.query<Detection>(
        `select * from detections where camera_id = $1 and media_type = 'image'
         order by detected_at desc, id desc limit 1`,
        [cameraId],
      );
      return rows[0];
    },

    async countByObject(): Promise<readonly ObjectCount[]> {
      const { rows } = await database.query<ObjectCount>(
        `select object_type, count(*)::int as count, round(avg(confidence)::numeric, 4)::float8 as average_confidence
         from detections group by object_type order by count desc, object_type`,
      );
      return rows;
    },
  };
}
