import { Hono } from "hono";
import { found } from "../http/errors.ts";
import { pageBody } from "../http/paging.ts";
import { readBody, readId, readQuery } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { newSceneChangeSchema, sceneChangeFilterSchema } from "./scene-changes.ts";
import { trendSpanSchema } from "./trends.ts";

export function analyticsRoutes({ trends }: Services): Hono {
  const routes = new Hono();

  routes.get("/trends", async (context) =>
    context.json({ days: await trends.daily(readQuery(context, trendSpanSchema)) }),
  );

  return routes;
}

/** Under `/api/cameras/:camera`. */
export function cameraAnalyticsRoutes({ cameras, baselines, sceneChanges }: Services): Hono {
  const routes = new Hono();

  routes.get("/:camera/baselines", async (context) => {
    const { camera } = context.req.param();
    found("Camera", camera, await cameras.find(camera));
    return context.json(await baselines.ofCamera(camera));
  });

  routes.post("/:camera/baselines/rebuild", async (context) => {
    const { camera } = context.req.param();
    found("Camera", camera, await cameras.find(camera));
    return context.json(await baselines.rebuild(camera));
  });

  routes.get("/:camera/scene-changes", async (context) => {
    const { camera } = context.req.param();
    const filter = readQuery(context, sceneChangeFilterSchema);
    found("Camera", camera, await cameras.find(camera));
    const page = await sceneChanges.ofCamera(camera, filter);
    return context.json(pageBody("scene_changes", page, filter));
  });

  routes.post("/:camera/scene-changes", async (context) => {
    const { camera } = context.req.param();
    const change = await readBody(context, newSceneChangeSchema);
    return context.json(await sceneChanges.create(camera, change), 201);
  });

  routes.post("/:camera/scene-changes/:id/acknowledge", async (context) => {
    const { camera } = context.req.param();
    const id = readId(context);
    return context.json(found("Scene change", id, await sceneChanges.acknowledge(camera, id)));
  });

  return routes;
}
