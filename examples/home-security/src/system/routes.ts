import { Hono } from "hono";
import * as v from "valibot";
import { invalid } from "../http/errors.ts";
import { readBody } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { checkHealth } from "./health.ts";
import type { Setting } from "./settings.ts";

export function systemRoutes(services: Services): Hono {
  const { cameras, events, settings, connectedSockets } = services;
  const startedAtMs = Date.now();
  const routes = new Hono();

  routes.get("/health", async (context) => {
    const health = await checkHealth(services);
    return context.json(
      { ...health, timestamp: new Date() },
      health.status === "unhealthy" ? 503 : 200,
    );
  });

  routes.get("/health/ready", async (context) => {
    const { status } = await checkHealth(services);
    const readiness = { healthy: "ready", degraded: "degraded", unhealthy: "not_ready" }[status];
    return context.json(
      { ready: status !== "unhealthy", status: readiness },
      status === "unhealthy" ? 503 : 200,
    );
  });

  routes.get("/stats", async (context) => {
    const [totalCameras, { total_events, unreviewed }] = await Promise.all([
      cameras.count(),
      events.statistics(),
    ]);
    return context.json({
      total_cameras: totalCameras,
      total_events,
      unreviewed_events: unreviewed,
      websocket_connections: connectedSockets(),
      uptime_seconds: Math.floor((Date.now() - startedAtMs) / 1000),
    });
  });

  routes.get("/config", async (context) => context.json(toObject(await settings.list())));

  routes.patch("/config", async (context) => {
    const changes = await readBody(context, v.record(v.string(), v.number()));
    const known = await settings.list();
    const problems = Object.entries(changes).flatMap(([key, value]) =>
      problemOf(known, key, value),
    );
    if (problems.length > 0) throw invalid(problems);
    await settings.set(changes);
    return context.json(toObject(await settings.list()));
  });

  return routes;
}

function problemOf(known: readonly Setting[], key: string, value: number) {
  const loc = ["body", key];
  const setting = known.find((candidate) => candidate.key === key);
  if (setting === undefined) return [{ loc, msg: "is not a setting" }];
  const { minimum, maximum } = setting;
  return value >= minimum && value <= maximum
    ? []
    : [{ loc, msg: `must be from ${minimum} to ${maximum}` }];
}

function toObject(list: readonly Setting[]): Record<string, number> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value]));
}
