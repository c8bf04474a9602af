import { Hono } from "hono";
import { found, notFound } from "../http/errors.ts";
import { readBody, readQuery } from "../http/validation.ts";
import { serveFile } from "../media/serve-file.ts";
import type { Services } from "../services.ts";
import {
  cameraChangesSchema,
  cameraFilterSchema,
  cameraRemovalSchema,
  newCameraSchema,
} from "./camera.ts";

export function cameraRoutes(services: Services): Hono {
  const { cameras, detections, eventCache, audit, broadcast, mediaFolder } = services;
  const routes = new Hono();

  routes.get("/", async (context) => {
    const { rows, count } = await cameras.list(readQuery(context, cameraFilterSchema));
    return context.json({ cameras: rows, count });
  });

  routes.post("/", async (context) => {
    const camera = await cameras.create(await readBody(context, newCameraSchema));
    await audit.record(context, "camera_created", { type: "camera", id: camera.id });
    await broadcast("cameras", { type: "camera", data: camera });
    return context.json(camera, 201);
  });

  routes.get("/:id", async (context) => {
    const id = context.req.param("id");
    return context.json(found("Camera", id, await cameras.find(id)));
  });

  routes.patch("/:id", async (context) => {
    const id = context.req.param("id");
    const changes = await readBody(context, cameraChangesSchema);
    const camera = found("Camera", id, await cameras.update(id, changes));
    await audit.record(context, "camera_updated", { type: "camera", id, details: changes });
    await broadcast("cameras", { type: "camera", data: camera });
    return context.json(camera);
  });

  routes.delete("/:id", async (context) => {
    const id = context.req.param("id");
    const { keep_history } = readQuery(context, cameraRemovalSchema);
    const isGone = keep_history ? await cameras.hide(id) : await cameras.remove(id);
    if (!isGone) throw notFound("Camera", id);
    await audit.record(context, "camera_deleted", {
      type: "camera",
      id,
      details: { keep_history },
    });
    await eventCache.invalidate();
    await broadcast("cameras", { type: "camera_deleted", data: { id } });
    return context.body(null, 204);
  });

  routes.post("/:id/restore", async (context) => {
    const id = context.req.param("id");
    const camera = found("Deleted camera", id, await cameras.restore(id));
    await audit.record(context, "camera_restored", { type: "camera", id });
    await broadcast("cameras", { type: "camera", data: camera });
    return context.json(camera);
  });

  routes.get("/:id/snapshot", async (context) => {
    const id = context.req.param("id");
    const camera = found("Camera", id, await cameras.find(id));
    const picture = found("Snapshot of camera", id, await detections.newestPicture(id));
    return await serveFile(context, {
      root: mediaFolder,
      folder: camera.folder_path,
      path: picture.file_path,
    });
  });

  return routes;
}
