import type { Server } from "node:http";
import { Hono } from "hono";
import type { Redis } from "ioredis";
import type { Pool } from "pg";
import { alertEngine, type AlertEngine } from "./alerts/engine/engine.ts";
import { sweepBatches } from "./background/batches.ts";
import { cameraFolders } from "./background/camera-folders.ts";
import { cleanUp } from "./background/cleanup.ts";
import { recordGpus } from "./background/gpu-monitor.ts";
import { watchCameras } from "./background/health-monitor.ts";
import { startBackground } from "./background/start-background.ts";
import { broadcastSystemStatus } from "./background/system-status.ts";
import { type Broadcast, broadcastOver, relayTo } from "./broadcast/broadcaster.ts";
import { closeCodes } from "./broadcast/close-codes.ts";
import { createHub } from "./broadcast/hub.ts";
import { attachWebSockets } from "./broadcast/web-sockets.ts";
import type { Config } from "./config.ts";
import type { EventCache } from "./events/cache.ts";
import { askService } from "./pipeline/ask-service.ts";
import { type Analyzer, assessmentSchema } from "./pipeline/assessment.ts";
import { batchAggregator } from "./pipeline/batch-aggregator.ts";
import { type Detector, sidecarDetector, sightingsSchema } from "./pipeline/detector.ts";
import { guarded } from "./pipeline/guarded.ts";
import { ingestInto } from "./pipeline/ingest.ts";
import { batchProcessor } from "./pipeline/process-batch.ts";
import { pipelineRoutes } from "./pipeline/routes.ts";
import { ruleAnalyzer } from "./pipeline/rule-analyzer.ts";
import { type CircuitBreaker, circuitBreaker } from "./resilience/circuit-breaker.ts";
import { rateLimit } from "./resilience/rate-limit.ts";
import { breakerRoutes } from "./resilience/routes.ts";
import type { Health } from "./system/health.ts";
import type { SettingsRepository } from "./system/settings.ts";

export interface LiveParts {
  readonly database: Pool;
  readonly redis: Redis;
  /** Listens to broadcasts and does nothing else. */
  readonly subscriber: Redis;
  readonly settings: SettingsRepository;
  readonly eventCache: EventCache;
  readonly health: () => Promise<Health>;
}

/** Everything that happens without a request: sockets, the way from a picture to an alert, work in the background. */
export interface Live extends AsyncDisposable {
  readonly broadcast: Broadcast;
  readonly alerts: AlertEngine;
  readonly connectedSockets: () => number;
  readonly routes: Hono;
  /** Listens to the other processes, answers WebSockets and begins with the work in the background. */
  start(server: Server): Promise<void>;
}

export function createLive(config: Config, parts: LiveParts): Live {
  const { live } = config;
  const { database, redis, subscriber, settings, eventCache, health } = parts;
  const hub = createHub();
  const broadcast = broadcastOver(redis, hub);
  const alerts = alertEngine();
  const batches = batchAggregator(redis, live.batches);
  const breakers = {
    analyzer: circuitBreaker({ name: "analyzer", ...live.breaker }),
    detector: circuitBreaker({ name: "detector", ...live.breaker }),
  };
  const processBatch = batchProcessor({
    database,
    analyze: analyzerOf(config, breakers.analyzer),
    alerts,
    eventCache,
    broadcast,
  });
  const ingest = ingestInto({
    database,
    settings,
    batches,
    broadcast,
    processAlone: processBatch,
  });
  const folders = cameraFolders({
    database,
    detect: detectorOf(config, breakers.detector),
    ingest,
  });
  let background: AsyncDisposable | undefined;

  return {
    broadcast,
    alerts,
    connectedSockets: () => hub.connected(),
    routes: new Hono()
      .route("/api/pipeline", pipelineRoutes(ingest, batches))
      .route("/api/system/circuit-breakers", breakerRoutes(breakers)),
    async start(server) {
      await relayTo(hub, subscriber);
      // What changed while Redis was away could not be said then.
      redis.on("ready", () => void eventCache.invalidate());
      const { windowMs, connections, messages } = live.socketLimits;
      attachWebSockets(server, {
        hub,
        apiKeys: config.apiKeys,
        ...live.sockets,
        connections: rateLimit(redis, { what: "connections", atMost: connections, windowMs }),
        messages: rateLimit(redis, { what: "messages", atMost: messages, windowMs }),
      });
      background = startBackground(live.background, {
        batches: (stopping) => sweepBatches({ batches, processBatch }, stopping),
        "camera-folders": (stopping) => folders.scan(stopping),
        "system-status": () => broadcastSystemStatus({ database, batches, health, broadcast }),
        health: () =>
          watchCameras({ database, broadcast, silentMs: live.background.cameraSilentMs }),
        gpu: (stopping) => recordGpus({ database, program: live.background.gpuProgram }, stopping),
        cleanup: (stopping) => cleanUp({ database, settings, eventCache }, stopping),
      });
    },
    async [Symbol.asyncDispose]() {
      // First what is in the middle of its work: it can still tell of it.
      await background?.[Symbol.asyncDispose]();
      hub.closeAll(closeCodes.goingAway, "the server stops", live.sockets.closeMs);
    },
  };
}

function analyzerOf({ live }: Config, breaker: CircuitBreaker): Analyzer {
  const { analyzerUrl: url, aiTimeoutMs: timeoutMs } = live;
  if (url === undefined) return ruleAnalyzer;
  return guarded({
    breaker,
    ask: (batch) => askService({ url, timeoutMs, schema: assessmentSchema }, batch),
    fallback: ruleAnalyzer,
  });
}

function detectorOf({ live }: Config, breaker: CircuitBreaker): Detector {
  const { detectorUrl: url, aiTimeoutMs: timeoutMs } = live;
  if (url === undefined) return sidecarDetector;
  return guarded({
    breaker,
    ask: async (picture) =>
      (await askService({ url, timeoutMs, schema: sightingsSchema }, picture)).detections,
    fallback: sidecarDetector,
  });
}
