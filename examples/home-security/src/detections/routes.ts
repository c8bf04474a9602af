import { Hono, type Context } from "hono";
import { found, notFound } from "../http/errors.ts";
import { pageBody } from "../http/paging.ts";
import { readBody, readId, readQuery } from "../http/validation.ts";
import { serveFile } from "../media/serve-file.ts";
import type { Services } from "../services.ts";
import { type Detection, detectionFilterSchema, newDetectionSchema } from "./detection.ts";

export function detectionRoutes(services: Services): Hono {
  const { broadcast, cameras, detections, eventCache, mediaFolder } = services;
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, detectionFilterSchema);
    return context.json(pageBody("detections", await detections.list(filter), filter));
  });

  routes.post("/", async (context) => {
    const detection = await detections.create(await readBody(context, newDetectionSchema));
    await broadcast("detections", { type: "detection", data: detection });
    return context.json(detection, 201);
  });

  routes.get("/stats", async (context) => {
    const objects = await detections.countByObject();
    return context.json({
      total_detections: objects.reduce((sum, { count }) => sum + count, 0),
      by_object_type: objects,
    });
  });

  routes.get("/:id", async (context) => context.json(await detectionOf(context)));

  routes.delete("/:id", async (context) => {
    const id = readId(context);
    if (!(await detections.remove(id))) throw notFound("Detection", id);
    await eventCache.invalidate();
    return context.body(null, 204);
  });

  routes.get("/:id/image", async (context) => {
    const detection = await detectionOf(context);
    return await pictureOf(context, detection, detection.file_path);
  });

  routes.get("/:id/thumbnail", async (context) => {
    const detection = await detectionOf(context);
    const path = found(
      "Thumbnail of detection",
      detection.id,
      detection.thumbnail_path ?? undefined,
    );
    return await pictureOf(context, detection, path);
  });

  return routes;

  async function detectionOf(context: Context): Promise<Detection> {
    const id = readId(context);
    return found("Detection", id, await detections.find(id));
  }

  async function pictureOf(
    context: Context,
    { camera_id }: Detection,
    path: string,
  ): Promise<Response> {
    const camera = found("Camera", camera_id, await cameras.find(camera_id));
    return await serveFile(context, { root: mediaFolder, folder: camera.folder_path, path });
  }
}
