import { Hono } from "hono";
import type { Alert } from "../alerts/alert.ts";
import { found, notFound } from "../http/errors.ts";
import { listBody, pageBody } from "../http/paging.ts";
import { readBody, readId, readQuery } from "../http/validation.ts";
import { serveFile } from "../media/serve-file.ts";
import type { Services } from "../services.ts";
import { announce } from "./announce.ts";
import {
  eventChangesSchema,
  eventFilterSchema,
  eventSearchSchema,
  newEventSchema,
  reviewSchema,
} from "./event.ts";

export function eventRoutes(services: Services): Hono {
  const { alertEngine, cameras, detections, events, eventCache, audit, broadcast, mediaFolder } =
    services;
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, eventFilterSchema);
    const { page, hit } = await eventCache.page(filter, () => events.list(filter));
    context.header("x-cache", hit ? "hit" : "miss");
    return context.json(pageBody("events", page, filter));
  });

  routes.post("/", async (context) => {
    const given = await readBody(context, newEventSchema);
    let alerts: readonly Alert[] = [];
    const event = await events.create(given, async (transaction, created) => {
      alerts = await alertEngine.raise(transaction, created);
    });
    await eventCache.invalidate();
    await announce(broadcast, event, alerts);
    return context.json(event, 201);
  });

  routes.get("/stats", async (context) => context.json(await events.statistics()));

  routes.get("/search", async (context) => {
    const filter = readQuery(context, eventSearchSchema);
    return context.json(listBody("events", await events.search(filter), filter));
  });

  routes.post("/review", async (context) => {
    const { ids, reviewed } = await readBody(context, reviewSchema);
    const changed = await events.review(ids, reviewed);
    await eventCache.invalidate();
    return context.json({ changed, missing: ids.filter((id) => !changed.includes(id)) });
  });

  routes.get("/:id", async (context) => {
    const id = readId(context);
    return context.json(found("Event", id, await events.find(id)));
  });

  routes.patch("/:id", async (context) => {
    const id = readId(context);
    const changes = await readBody(context, eventChangesSchema);
    const event = found("Event", id, await events.update(id, changes));
    await eventCache.invalidate();
    return context.json(event);
  });

  routes.delete("/:id", async (context) => {
    const id = readId(context);
    if (!(await events.hide(id))) throw notFound("Event", id);
    await audit.record(context, "event_deleted", { type: "event", id });
    await eventCache.invalidate();
    return context.body(null, 204);
  });

  routes.post("/:id/restore", async (context) => {
    const id = readId(context);
    const event = found("Deleted event", id, await events.restore(id));
    await audit.record(context, "event_restored", { type: "event", id });
    await eventCache.invalidate();
    return context.json(event);
  });

  routes.get("/:id/detections", async (context) => {
    const id = readId(context);
    found("Event", id, await events.find(id));
    const list = await detections.ofEvent(id);
    return context.json({ detections: list, count: list.length });
  });

  routes.get("/:id/clip", async (context) => {
    const id = readId(context);
    const { camera_id, clip_path } = found("Event", id, await events.find(id));
    const camera = found("Camera", camera_id, await cameras.find(camera_id));
    const path = found("Clip of event", id, clip_path ?? undefined);
    return await serveFile(context, { root: mediaFolder, folder: camera.folder_path, path });
  });

  return routes;
}
