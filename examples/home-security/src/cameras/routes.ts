import { Hono } from "hono";
import type { Services } from "../services.ts";
import { notFound } from "../http/errors.ts";
import { readBody, readQuery } from "../http/validation.ts";
import { cameraChangesSchema, cameraFilterSchema, newCameraSchema } from "./camera.ts";

export function cameraRoutes({ cameras, eventCache, broadcast }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const { status } = readQuery(context, cameraFilterSchema);
    const found = await cameras.list(status);
    return context.json({ cameras: found, count: found.length });
  });

  routes.post("/", async (context) => {
    const camera = await cameras.create(await readBody(context, newCameraSchema));
    await broadcast("cameras", { type: "camera", data: camera });
    return context.json(camera, 201);
  });

  routes.get("/:id", async (context) => {
    const id = context.req.param("id");
    const camera = await cameras.find(id);
    if (camera === undefined) throw notFound("Camera", id);
    return context.json(camera);
  });

  routes.patch("/:id", async (context) => {
    const id = context.req.param("id");
    const camera = await cameras.update(id, await readBody(context, cameraChangesSchema));
    if (camera === undefined) throw notFound("Camera", id);
    await broadcast("cameras", { type: "camera", data: camera });
    return context.json(camera);
  });

  routes.delete("/:id", async (context) => {
    const id = context.req.param("id");
    if (!(await cameras.remove(id))) throw notFound("Camera", id);
    await eventCache.invalidate();
    await broadcast("cameras", { type: "camera_deleted", data: { id } });
    return context.body(null, 204);
  });

  return routes;
}
