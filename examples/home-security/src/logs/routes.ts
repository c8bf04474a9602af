import { Hono } from "hono";
import { pageBody } from "../http/paging.ts";
import { readBody, readQuery } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { frontendLogSchema, logFilterSchema } from "./log-line.ts";

export function logRoutes({ logs }: Services): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => {
    const filter = readQuery(context, logFilterSchema);
    return context.json(pageBody("logs", await logs.list(filter), filter));
  });

  routes.get("/stats", async (context) => context.json(await logs.statistics()));

  routes.post("/frontend", async (context) => {
    const line = await readBody(context, frontendLogSchema);
    const written = await logs.write({
      ...line,
      source: "frontend",
      user_agent: context.req.header("user-agent")?.slice(0, 500) ?? null,
    });
    return context.json(written, 201);
  });

  return routes;
}
