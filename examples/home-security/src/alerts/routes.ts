import { Hono } from "hono";
import { found, notFound } from "../http/errors.ts";
import { pageBody } from "../http/paging.ts";
import { readBody, readQuery, readUuid } from "../http/validation.ts";
import type { Services } from "../services.ts";
import {
  alertChangesSchema,
  alertFilterSchema,
  newAlertSchema,
  seenVersionSchema,
} from "./alert.ts";

export function alertRoutes({ alerts, audit, broadcast }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, alertFilterSchema);
    return context.json(pageBody("alerts", await alerts.list(filter), filter));
  });

  routes.post("/", async (context) => {
    const alert = await alerts.create(await readBody(context, newAlertSchema));
    await broadcast("alerts", { type: "alert", data: alert });
    return context.json(alert, 201);
  });

  routes.get("/:id", async (context) => {
    const id = readUuid(context);
    return context.json(found("Alert", id, await alerts.find(id)));
  });

  routes.patch("/:id", async (context) => {
    const id = readUuid(context);
    const { version_id, ...changes } = await readBody(context, alertChangesSchema);
    const alert = found("Alert", id, await alerts.update(id, version_id, changes));
    await broadcast("alerts", { type: "alert_updated", data: alert });
    return context.json(alert);
  });

  for (const [path, status] of [
    ["acknowledge", "acknowledged"],
    ["dismiss", "dismissed"],
  ] as const) {
    routes.post(`/:id/${path}`, async (context) => {
      const id = readUuid(context);
      const { version_id } = await readBody(context, seenVersionSchema);
      const alert = found("Alert", id, await alerts.update(id, version_id, { status }));
      await audit.record(context, `alert_${status}`, { type: "alert", id });
      await broadcast("alerts", { type: "alert_updated", data: alert });
      return context.json(alert);
    });
  }

  routes.delete("/:id", async (context) => {
    const id = readUuid(context);
    if (!(await alerts.remove(id))) throw notFound("Alert", id);
    await audit.record(context, "alert_deleted", { type: "alert", id });
    await broadcast("alerts", { type: "alert_deleted", data: { id } });
    return context.body(null, 204);
  });

  return routes;
}
