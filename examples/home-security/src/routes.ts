import { Hono } from "hono";
import { adminRoutes } from "./admin/routes.ts";
import { alertRuleRoutes } from "./alert-rules/routes.ts";
import { alertRoutes } from "./alerts/routes.ts";
import { analyticsRoutes, cameraAnalyticsRoutes } from "./analytics/routes.ts";
import { auditLogRoutes, eventAuditRoutes } from "./audit/routes.ts";
import { cameraRoutes } from "./cameras/routes.ts";
import type { Config } from "./config.ts";
import { detectionRoutes } from "./detections/routes.ts";
import { eventRoutes } from "./events/routes.ts";
import { requireApiKey } from "./http/api-key.ts";
import { toErrorResponse } from "./http/errors.ts";
import { logRequests } from "./http/request-log.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { logRoutes } from "./logs/routes.ts";
import { mediaRoutes } from "./media/routes.ts";
import { notificationRoutes } from "./notifications/routes.ts";
import { promptRoutes } from "./prompts/routes.ts";
import type { Services } from "./services.ts";
import { systemRoutes } from "./system/routes.ts";
import { zoneRoutes } from "./zones/routes.ts";

/** The whole HTTP side. Which area answers what stands here and nowhere else. */
export function createRoutes({ requestLog, apiKeys, admin }: Config, services: Services): Hono {
  const app = new Hono();
  if (requestLog) app.use(logRequests);
  app.use(requireApiKey(apiKeys));
  app.onError(toErrorResponse);
  app.notFound((context) => context.json({ detail: "Not Found" }, 404));

  app.get("/", (context) => context.json({ status: "ok", message: "Home security API" }));
  app.get("/health", (context) => context.json({ status: "alive" }));

  app.route("/api/cameras", cameraRoutes(services));
  app.route("/api/cameras", zoneRoutes(services));
  app.route("/api/cameras", cameraAnalyticsRoutes(services));
  app.route("/api/detections", detectionRoutes(services));
  app.route("/api/events", eventRoutes(services));
  app.route("/api/alerts/rules", alertRuleRoutes(services));
  app.route("/api/alerts", alertRoutes(services));
  app.route("/api/analytics", analyticsRoutes(services));
  app.route("/api/ai-audit", eventAuditRoutes(services));
  app.route("/api/audit", auditLogRoutes(services));
  app.route("/api/notifications", notificationRoutes(services));
  app.route("/api/jobs", jobRoutes(services));
  app.route("/api/logs", logRoutes(services));
  app.route("/api/media", mediaRoutes(services));
  app.route("/api/prompts", promptRoutes(services));
  app.route("/api/system", systemRoutes(services));
  app.route("/api/admin", adminRoutes(services, { isOpen: admin }));
  app.route("/", services.liveRoutes);
  return app;
}
