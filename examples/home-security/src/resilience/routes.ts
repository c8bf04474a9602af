import { Hono } from "hono";
import { notFound } from "../http/errors.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";

/** `/api/system/circuit-breakers`: what this process knows of the services that it calls. */
export function breakerRoutes(breakers: Readonly<Record<string, CircuitBreaker>>): Hono {
  const routes = new Hono();

  routes.get("/", (context) =>
    context.json({
      circuit_breakers: Object.entries(breakers).map(([name, breaker]) => ({
        name,
        ...breaker.report(),
      })),
    }),
  );

  routes.post("/:name/reset", (context) => {
    const name = context.req.param("name");
    const breaker = Object.hasOwn(breakers, name) ? breakers[name] : undefined;
    if (breaker === undefined) throw notFound("Circuit breaker", name);
    breaker.reset();
    return context.json({ name, ...breaker.report() });
  });

  return routes;
}
