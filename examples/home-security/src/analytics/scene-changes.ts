import * as v from "valibot";
import type { Queryable } from "../database.ts";
import { pagedFilter } from "../http/paging.ts";
import { numberFrom, oneOf, text, timeSpan, yesOrNo } from "../http/validation.ts";
import { selectPage, type Page } from "../sql/pages.ts";
import { table } from "../sql/table.ts";

export const changeTypes = ["view_blocked", "angle_changed", "view_tampered", "unknown"] as const;

/** A camera that shows something else than it used to. */
export interface SceneChange {
  readonly id: number;
  readonly camera_id: string;
  readonly detected_at: Date;
  readonly change_type: (typeof changeTypes)[number];
  /** To the usual picture: 1 is the same. */
  readonly similarity_score: number;
  readonly file_path: string | null;
  readonly acknowledged_at: Date | null;
}

export const newSceneChangeSchema = v.object({
  change_type: v.optional(oneOf(changeTypes), "unknown"),
  similarity_score: numberFrom(0, 1),
  file_path: v.optional(text(500)),
});
export type NewSceneChange = v.InferOutput<typeof newSceneChangeSchema>;

export const sceneChangeFilterSchema = pagedFilter({
  acknowledged: v.optional(yesOrNo),
  ...timeSpan(),
});
export type SceneChangeFilter = v.InferOutput<typeof sceneChangeFilterSchema>;

export function sceneChangeRepository(database: Queryable) {
  const changes = table<SceneChange>(database, {
    name: "scene_changes",
    kind: "Scene change",
    references: { scene_changes_camera_id_fkey: ["Camera", "camera_id"] },
  });

  return {
    /** @throws a 404 when there is no such camera */
    async create(cameraId: string, change: NewSceneChange): Promise<SceneChange> {
      return await changes.insert({ camera_id: cameraId, ...change });
    },

    /** The newest first. */
    async ofCamera(cameraId: string, filter: SceneChangeFilter): Promise<Page<SceneChange>> {
      return await selectPage<SceneChange>(
        database,
        {
          table: "scene_changes",
          at: "detected_at",
          filter: {
            "camera_id = ?": cameraId,
            "(acknowledged_at is not null) = ?": filter.acknowledged,
            "detected_at >= ?": filter.start_date,
            "detected_at <= ?": filter.end_date,
          },
        },
        filter,
      );
    },

    /** Once is enough: a second time leaves the time of the first one. */
    async acknowledge(cameraId: string, id: number): Promise<SceneChange | undefined> {
      const { rows } = await database.query<SceneChange>(
        `update scene_changes set acknowledged_at = coalesce(acknowledged_at, now())
         where id = $1 and camera_id = $2 returning *`,
        [id, cameraId],
      );
      return rows[0];
    },
  };
}
