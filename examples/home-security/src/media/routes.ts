import { Hono } from "hono";
import { found } from "../http/errors.ts";
import type { Services } from "../services.ts";
import { serveFile } from "./serve-file.ts";

export function mediaRoutes({ cameras, mediaFolder }: Services): Hono {
  const routes = new Hono();

  routes.get("/cameras/:id/:path{.+}", async (context) => {
    const { id, path } = context.req.param();
    const camera = found("Camera", id, await cameras.find(id));
    return await serveFile(context, { root: mediaFolder, folder: camera.folder_path, path });
  });

  return routes;
}
