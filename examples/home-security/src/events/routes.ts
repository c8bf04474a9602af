import { Hono } from "hono";
import { notFound } from "../http/errors.ts";
import { readBody, readId, readQuery } from "../http/validation.ts";
import type { Services } from "../services.ts";
import {
  eventChangesSchema,
  eventFilterSchema,
  newEventSchema,
  type SecurityEvent,
} from "./event.ts";

export function eventRoutes({ events, eventCache, broadcast }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, eventFilterSchema);
    const { page, hit } = await eventCache.page(filter, () => events.list(filter));
    context.header("x-cache", hit ? "hit" : "miss");
    return context.json({ ...page, limit: filter.limit, offset: filter.offset });
  });

  routes.post("/", async (context) => {
    const event = await events.create(await readBody(context, newEventSchema));
    await eventCache.invalidate();
    await broadcast("events", { type: "event", data: toBroadcast(event) });
    return context.json(event, 201);
  });

  routes.get("/stats", async (context) => context.json(await events.statistics()));

  routes.get("/:id", async (context) => {
    const id = readId(context);
    const event = await events.find(id);
    if (event === undefined) throw notFound("Event", id);
    return context.json(event);
  });

  routes.patch("/:id", async (context) => {
    const id = readId(context);
    const event = await events.update(id, await readBody(context, eventChangesSchema));
    if (event === undefined) throw notFound("Event", id);
    await eventCache.invalidate();
    return context.json(event);
  });

  routes.get("/:id/detections", async (context) => {
    const id = readId(context);
    if ((await events.find(id)) === undefined) throw notFound("Event", id);
    const detections = await events.detections(id);
    return context.json({ detections, count: detections.length });
  });

  return routes;
}

function toBroadcast(event: SecurityEvent): Record<string, unknown> {
  const { id, batch_id, camera_id, risk_score, risk_level, summary, reasoning, started_at } = event;
  return {
    id,
    event_id: id,
    batch_id,
    camera_id,
    risk_score,
    risk_level,
    summary,
    reasoning,
    started_at,
  };
}
