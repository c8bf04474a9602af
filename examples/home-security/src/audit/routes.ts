import { Hono } from "hono";
import { found } from "../http/errors.ts";
import { pageBody } from "../http/paging.ts";
import { readBody, readId, readQuery } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { auditFilterSchema } from "./audit-log.ts";
import { eventAuditSchema } from "./event-audits.ts";

export function auditLogRoutes({ audit }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, auditFilterSchema);
    return context.json(pageBody("entries", await audit.list(filter), filter));
  });

  routes.get("/stats", async (context) => context.json(await audit.countByAction()));

  routes.get("/:id", async (context) => {
    const id = readId(context);
    return context.json(found("Audit entry", id, await audit.find(id)));
  });

  return routes;
}

export function eventAuditRoutes({ eventAudits }: Services): Hono {
  const routes = new Hono();

  routes.get("/stats", async (context) => context.json(await eventAudits.statistics()));

  routes.get("/events/:id", async (context) => {
    const id = readId(context);
    return context.json(found("Audit of event", id, await eventAudits.ofEvent(id)));
  });

  routes.put("/events/:id", async (context) => {
    const id = readId(context);
    return context.json(await eventAudits.put(id, await readBody(context, eventAuditSchema)));
  });

  return routes;
}
