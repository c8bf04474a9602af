import { Hono } from "hono";
import * as v from "valibot";
import { cleanUp } from "../background/cleanup.ts";
import { found, invalid } from "../http/errors.ts";
import { pageBody } from "../http/paging.ts";
import { readBody, readQuery } from "../http/validation.ts";
import type { Services } from "../services.ts";
import { gpuFilterSchema } from "./gpu.ts";
import { checkHealth } from "./health.ts";
import { problemOf, toObject } from "./settings.ts";
import { telemetry } from "./telemetry.ts";

export function systemRoutes(services: Services): Hono {
  const { audit, cameras, detections, events, gpu, settings, connectedSockets } = services;
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
    const [totalCameras, totalDetections, { total_events, unreviewed }] = await Promise.all([
      cameras.count(),
      detections.count(),
      events.statistics(),
    ]);
    return context.json({
      total_cameras: totalCameras,
      total_events,
      total_detections: totalDetections,
      unreviewed_events: unreviewed,
      websocket_connections: connectedSockets(),
      uptime_seconds: Math.floor((Date.now() - startedAtMs) / 1000),
    });
  });

  routes.get("/telemetry", async (context) => context.json(await telemetry(services)));

  routes.get("/gpu", async (context) =>
    context.json(found("GPU sample", "of this system", await gpu.latest())),
  );

  routes.get("/gpu/history", async (context) => {
    const filter = readQuery(context, gpuFilterSchema);
    return context.json(pageBody("samples", await gpu.history(filter), filter));
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
    await audit.record(context, "settings_updated", { type: "settings", details: changes });
    return context.json(toObject(await settings.list()));
  });

  routes.post("/cleanup", async (context) => {
    const removed = await cleanUp(services);
    await audit.record(context, "cleanup", { type: "system", details: removed });
    return context.json(removed);
  });

  return routes;
}
