import { Hono } from "hono";
import * as v from "valibot";
import { forbidden } from "../http/errors.ts";
import { readBody, wholeFrom } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { clearData } from "./clear-data.ts";
import { addDemoData } from "./demo-data.ts";

const demoSchema = v.object({
  cameras: v.optional(wholeFrom(1, 50), 3),
  events_per_camera: v.optional(wholeFrom(0, 100), 5),
});

const confirmationSchema = v.object({
  confirm: v.literal("DELETE_ALL_DATA", "must be DELETE_ALL_DATA"),
});

/** For installations that are tried out. Closed unless the configuration opens it. */
export function adminRoutes(services: Services, { isOpen }: { readonly isOpen: boolean }): Hono {
  const { database, eventCache, audit } = services;
  const routes = new Hono();

  routes.use(async (_context, next) => {
    if (!isOpen) throw forbidden("The admin side is closed: start with ADMIN=on to open it");
    await next();
  });

  routes.post("/demo-data", async (context) => {
    const added = await addDemoData(services, await readBody(context, demoSchema));
    await audit.record(context, "demo_data_added", { type: "system", details: { ...added } });
    await eventCache.invalidate();
    return context.json(added, 201);
  });

  routes.delete("/data", async (context) => {
    await readBody(context, confirmationSchema);
    const deleted = await clearData(database);
    await audit.record(context, "data_cleared", { type: "system", details: { ...deleted } });
    await eventCache.invalidate();
    return context.json(deleted);
  });

  return routes;
}
