import type { Queryable } from "../database.ts";
import { selectList, type List } from "../sql/pages.ts";
import { table } from "../sql/table.ts";
import type { Camera, CameraChanges, CameraFilter, NewCamera } from "./camera.ts";

/** Cameras that are hidden are none to anybody but `restore`. */
export function cameraRepository(database: Queryable) {
  const cameras = table<Camera>(database, {
    name: "cameras",
    kind: "Camera",
    unique: {
      cameras_pkey: "id",
      cameras_name_unique: "name",
      cameras_folder_path_unique: "folder_path",
    },
  });
  const first = async (text: string, values: unknown[]): Promise<Camera | undefined> =>
    (await database.query<Camera>(text, values)).rows[0];

  return {
    async list(filter: CameraFilter = { limit: 1000, offset: 0 }): Promise<List<Camera>> {
      return await selectList<Camera>(
        database,
        {
          table: "cameras",
          order: "name, id",
          filter: {
            "deleted_at is null": true,
            "status = ?": filter.status,
            "strpos(lower(name), lower(?)) > 0": filter.name,
          },
        },
        filter,
      );
    },

    async find(id: string): Promise<Camera | undefined> {
      return await first("select * from cameras where id = $1 and deleted_at is null", [id]);
    },

    /** @throws a 409 when the id, the name or the folder is taken, be it by a hidden camera */
    async create(camera: NewCamera): Promise<Camera> {
      return await cameras.insert(camera);
    },

    /** @throws a 409 when the name or the folder is another camera's */
    async update(id: string, changes: CameraChanges): Promise<Camera | undefined> {
      if ((await this.find(id)) === undefined) return undefined;
      return await cameras.update(id, changes);
    },

    /** Takes the camera's events, detections and all else along. */
    async remove(id: string): Promise<boolean> {
      return await cameras.remove(id);
    },

    async hide(id: string): Promise<boolean> {
      const hidden = await first(
        "update cameras set deleted_at = now() where id = $1 and deleted_at is null returning *",
        [id],
      );
      return hidden !== undefined;
    },

    /** Undefined when it is not hidden. */
    async restore(id: string): Promise<Camera | undefined> {
      return await first(
        "update cameras set deleted_at = null where id = $1 and deleted_at is not null returning *",
        [id],
      );
    },

    async count(): Promise<number> {
      return (await this.list({ limit: 1, offset: 0 })).count;
    },
  };
}
