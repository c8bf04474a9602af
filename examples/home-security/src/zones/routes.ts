import { Hono } from "hono";
import { found, notFound } from "../http/errors.ts";
import { readBody, readQuery } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { newZoneSchema, zoneChangesSchema, zoneFilterSchema } from "./zone.ts";

/** Under `/api/cameras/:camera/zones`. */
export function zoneRoutes({ cameras, zones, audit }: Services): Hono {
  const routes = new Hono();

  routes.get("/:camera/zones", async (context) => {
    const { camera } = context.req.param();
    const filter = readQuery(context, zoneFilterSchema);
    found("Camera", camera, await cameras.find(camera));
    const list = await zones.ofCamera(camera, filter);
    return context.json({ zones: list, count: list.length });
  });

  routes.post("/:camera/zones", async (context) => {
    const { camera } = context.req.param();
    const zone = await zones.create(camera, await readBody(context, newZoneSchema));
    await audit.record(context, "zone_created", { type: "zone", id: zone.id });
    return context.json(zone, 201);
  });

  routes.get("/:camera/zones/:id", async (context) => {
    const { camera, id } = context.req.param();
    return context.json(found("Zone", id, await zones.find(camera, id)));
  });

  routes.patch("/:camera/zones/:id", async (context) => {
    const { camera, id } = context.req.param();
    const changes = await readBody(context, zoneChangesSchema);
    const zone = found("Zone", id, await zones.update(camera, id, changes));
    await audit.record(context, "zone_updated", { type: "zone", id, details: changes });
    return context.json(zone);
  });

  routes.delete("/:camera/zones/:id", async (context) => {
    const { camera, id } = context.req.param();
    if (!(await zones.remove(camera, id))) throw notFound("Zone", id);
    await audit.record(context, "zone_deleted", { type: "zone", id });
    return context.body(null, 204);
  });

  return routes;
}
