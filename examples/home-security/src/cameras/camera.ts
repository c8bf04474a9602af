import * as v from "valibot";
import { offsetPaging } from "../http/paging.ts";
import { oneOf, text, yesOrNo } from "../http/validation.ts";

export const cameraStatuses = ["online", "offline", "error", "unknown"] as const;
export type CameraStatus = (typeof cameraStatuses)[number];

export interface Camera {
  readonly id: string;
  readonly name: string;
  readonly folder_path: string;
  readonly status: CameraStatus;
  readonly created_at: Date;
  readonly last_seen_at: Date | null;
  /** Since when it is hidden. Its events and detections are kept. */
  readonly deleted_at: Date | null;
}

const name = text(255);
const status = oneOf(cameraStatuses);
const folderPath = v.pipe(
  text(500),
  v.startsWith("/", "must be an absolute path"),
  v.check((path) => !path.split("/").includes(".."), "must not climb with .."),
);

export const newCameraSchema = v.pipe(
  v.object({
    id: v.optional(text(100)),
    name,
    folder_path: v.optional(folderPath),
    status: v.optional(status, "online"),
  }),
  v.transform(({ id: wished, ...camera }) => {
    const id = toCameraId(wished ?? camera.name);
    return { ...camera, id, folder_path: camera.folder_path ?? `/export/foscam/${id}` };
  }),
  v.check(({ id }) => id !== "", "id must hold a letter or a digit"),
);
export type NewCamera = v.InferOutput<typeof newCameraSchema>;

export const cameraChangesSchema = v.object({
  name: v.optional(name),
  folder_path: v.optional(folderPath),
  status: v.optional(status),
});
export type CameraChanges = v.InferOutput<typeof cameraChangesSchema>;

export const cameraFilterSchema = v.object({
  status: v.optional(status),
  /** A part of the name, in whatever case. */
  name: v.optional(v.string()),
  ...offsetPaging("1000"),
});
export type CameraFilter = v.InferOutput<typeof cameraFilterSchema>;

export const cameraRemovalSchema = v.object({ keep_history: v.optional(yesOrNo, "false") });

/** `Front Door-2` becomes `front_door_2`: the form in which cameras name their folders. */
export function toCameraId(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_")
    .replaceAll(/[^a-z0-9_]/g, "")
    .replaceAll(/_+/g, "_")
    .replaceAll(/^_|_$/g, "");
}
