import type { Pool } from "pg";
import { alertRuleRepository } from "./alert-rules/repository.ts";
import { alertRepository } from "./alerts/repository.ts";
import { baselineRepository } from "./analytics/baselines.ts";
import { sceneChangeRepository } from "./analytics/scene-changes.ts";
import { trendRepository } from "./analytics/trends.ts";
import { auditLog } from "./audit/audit-log.ts";
import { eventAudits } from "./audit/event-audits.ts";
import { cameraRepository } from "./cameras/repository.ts";
import { detectionRepository } from "./detections/repository.ts";
import { eventRepository } from "./events/repository.ts";
import { jobRepository } from "./jobs/repository.ts";
import { logRepository } from "./logs/repository.ts";
import { notificationRepository } from "./notifications/repository.ts";
import { promptRepository } from "./prompts/repository.ts";
import { gpuStats } from "./system/gpu.ts";
import { settingsRepository } from "./system/settings.ts";
import { zoneRepository } from "./zones/repository.ts";

export type Repositories = ReturnType<typeof createRepositories>;

/** One for each area. They keep nothing of their own: as many as one likes can work on one database. */
export function createRepositories(database: Pool) {
  return {
    alertRules: alertRuleRepository(database),
    alerts: alertRepository(database),
    audit: auditLog(database),
    baselines: baselineRepository(database),
    cameras: cameraRepository(database),
    detections: detectionRepository(database),
    eventAudits: eventAudits(database),
    events: eventRepository(database),
    gpu: gpuStats(database),
    jobs: jobRepository(database),
    logs: logRepository(database),
    notifications: notificationRepository(database),
    prompts: promptRepository(database),
    sceneChanges: sceneChangeRepository(database),
    settings: settingsRepository(database),
    trends: trendRepository(database),
    zones: zoneRepository(database),
  };
}
