import { Hono } from "hono";
import { found, notFound } from "../http/errors.ts";
import { readBody, readId } from "../http/validation.ts";
import type { Services } from "../services.ts";
import {
  cameraSettingsSchema,
  preferenceChangesSchema,
  quietHoursSchema,
} from "./notification-settings.ts";

export function notificationRoutes({ notifications, audit }: Services): Hono {
  const routes = new Hono();

  routes.get("/preferences", async (context) =>
    context.json(found("Row of", "preferences", await notifications.preferences())),
  );

  routes.patch("/preferences", async (context) => {
    const changes = await readBody(context, preferenceChangesSchema);
    const changed = await notifications.changePreferences(changes);
    await audit.record(context, "preferences_updated", {
      type: "notification_preferences",
      details: changes,
    });
    return context.json(found("Row of", "preferences", changed));
  });

  routes.get("/cameras/:id", async (context) => {
    const id = context.req.param("id");
    return context.json(found("Camera", id, await notifications.ofCamera(id)));
  });

  routes.put("/cameras/:id", async (context) => {
    const id = context.req.param("id");
    const settings = await readBody(context, cameraSettingsSchema);
    return context.json(found("Camera", id, await notifications.setCamera(id, settings)));
  });

  routes.get("/quiet-hours", async (context) => {
    const periods = await notifications.quietHours();
    return context.json({ periods, count: periods.length });
  });

  routes.post("/quiet-hours", async (context) =>
    context.json(await notifications.addQuietHours(await readBody(context, quietHoursSchema)), 201),
  );

  routes.delete("/quiet-hours/:id", async (context) => {
    const id = readId(context);
    if (!(await notifications.removeQuietHours(id))) throw notFound("Quiet hours", id);
    return context.body(null, 204);
  });

  return routes;
}
