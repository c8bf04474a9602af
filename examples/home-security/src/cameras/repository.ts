import { assignments, violatedUniqueness, type Queryable } from "../database.ts";
import { conflict } from "../http/errors.ts";
import type { Camera, CameraChanges, CameraStatus, NewCamera } from "./camera.ts";

export type CameraRepository = ReturnType<typeof cameraRepository>;

export function cameraRepository(database: Queryable) {
  return {
    async list(status?: CameraStatus): Promise<readonly Camera[]> {
      const { rows } = await database.query<Camera>(
        "select * from cameras where $1::text is null or status = $1 order by name, id",
        [status],
      );
      return rows;
    },

    async find(id: string): Promise<Camera | undefined> {
      const { rows } = await database.query<Camera>("select * from cameras where id = $1", [id]);
      return rows[0];
    },

    /** @throws a 409 when the id, the name or the folder is taken */
    async create({ id, name, folder_path, status }: NewCamera): Promise<Camera> {
      const { rows } = await refuseDuplicates(
        { id, name, folder_path },
        database.query<Camera>(
          "insert into cameras (id, name, folder_path, status) values ($1, $2, $3, $4) returning *",
          [id, name, folder_path, status],
        ),
      );
      return firstOf(rows);
    },

    /** @throws a 409 when the name or the folder is another camera's */
    async update(id: string, changes: CameraChanges): Promise<Camera | undefined> {
      const { set, values } = assignments(changes);
      if (set === "") return await this.find(id);
      const { rows } = await refuseDuplicates(
        changes,
        database.query<Camera>(
          `update cameras set ${set} where id = $${values.length + 1} returning *`,
          [...values, id],
        ),
      );
      return rows[0];
    },

    /** Takes the camera's events and detections along. */
    async remove(id: string): Promise<boolean> {
      const { rowCount } = await database.query("delete from cameras where id = $1", [id]);
      return rowCount === 1;
    },

    async count(): Promise<number> {
      const { rows } = await database.query<{ count: number }>(
        "select count(*)::int as count from cameras",
      );
      return firstOf(rows).count;
    },
  };
}

const uniqueFields: Readonly<Record<string, "id" | "name" | "folder_path">> = {
  cameras_pkey: "id",
  cameras_name_unique: "name",
  cameras_folder_path_unique: "folder_path",
};

async function refuseDuplicates<Result>(
  camera: Readonly<Record<string, unknown>>,
  statement: Promise<Result>,
): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    const field = uniqueFields[violatedUniqueness(error) ?? ""];
    if (field === undefined) throw error;
    throw conflict(`Camera with ${field} '${String(camera[field])}' already exists`);
  }
}

function firstOf<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("the database gave no row where one was due");
  return row;
}
