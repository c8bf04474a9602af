import * as v from "valibot";
import { whole, webAddress } from "./environment-values.ts";

/** What runs beside the answering of requests. */
export const backgroundServices = [
  "batches",
  "camera-folders",
  "system-status",
  "health",
  "gpu",
  "cleanup",
] as const;
export type BackgroundService = (typeof backgroundServices)[number];

/** The live side of the system: sockets, the pipeline from picture to alert, and what runs in the background. */
export interface LiveConfig {
  readonly sockets: {
    /** One that says nothing for so long is closed. */
    readonly idleMs: number;
    readonly pingMs: number;
    /** When the server stops, a client has so long to answer the goodbye. */
    readonly closeMs: number;
  };
  /** For each client, counted in Redis. 0 is no limit. */
  readonly socketLimits: {
    readonly windowMs: number;
    readonly connections: number;
    readonly messages: number;
  };
  readonly batches: {
    /** A camera that sees nothing more for so long has its batch closed before the window ends. */
    readonly idleMs: number;
    readonly atMost: number;
    /** After a first failure; later each time. */
    readonly retryMs: number;
  };
  /** Where pictures are looked at and batches are judged. Without an address, rules of our own do it. */
  readonly detectorUrl: string | undefined;
  readonly analyzerUrl: string | undefined;
  readonly aiTimeoutMs: number;
  readonly breaker: { readonly failures: number; readonly openMs: number };
  readonly background: {
    readonly running: readonly BackgroundService[];
    readonly batchSweepMs: number;
    readonly folderScanMs: number;
    readonly systemStatusMs: number;
    readonly healthMs: number;
    /** A camera that was not heard of for so long is offline. */
    readonly cameraSilentMs: number;
    readonly gpuMs: number;
    /** Prints what `nvidia-smi --query-gpu` prints. */
    readonly gpuProgram: string;
    readonly cleanupMs: number;
  };
}

const names = backgroundServices.join(", ");

/** `on`, `off`, or the names of those that run: a service is there completely or not at all. */
const running = v.pipe(
  v.optional(v.string(), "on"),
  v.transform((given): readonly string[] => {
    if (given === "on") return backgroundServices;
    return given === "off" ? [] : given.split(",").map((name) => name.trim());
  }),
  v.array(v.picklist(backgroundServices, `must be on, off, or a list of: ${names}`)),
);

const day = 86_400_000;

export const liveEntries = {
  SOCKET_IDLE_MS: whole({ fallback: 300_000, from: 1, to: day }),
  SOCKET_PING_MS: whole({ fallback: 30_000, from: 1, to: day }),
  SOCKET_CLOSE_MS: whole({ fallback: 2000, from: 1, to: day }),
  SOCKET_LIMIT_WINDOW_MS: whole({ fallback: 60_000, from: 1, to: day }),
  SOCKET_LIMIT_CONNECTIONS: whole({ fallback: 120, from: 0, to: 1_000_000 }),
  SOCKET_LIMIT_MESSAGES: whole({ fallback: 600, from: 0, to: 1_000_000 }),
  BATCH_IDLE_MS: whole({ fallback: 30_000, from: 1, to: day }),
  BATCH_RETRY_MS: whole({ fallback: 5000, from: 1, to: day }),
  BATCH_AT_MOST: whole({ fallback: 50, from: 1, to: 10_000 }),
  DETECTOR_URL: webAddress,
  ANALYZER_URL: webAddress,
  AI_TIMEOUT_MS: whole({ fallback: 10_000, from: 1, to: 600_000 }),
  BREAKER_FAILURES: whole({ fallback: 5, from: 1, to: 1000 }),
  BREAKER_OPEN_MS: whole({ fallback: 30_000, from: 1, to: day }),
  BACKGROUND: running,
  BATCH_SWEEP_MS: whole({ fallback: 1000, from: 1, to: day }),
  FOLDER_SCAN_MS: whole({ fallback: 1000, from: 1, to: day }),
  SYSTEM_STATUS_MS: whole({ fallback: 5000, from: 1, to: day }),
  HEALTH_CHECK_MS: whole({ fallback: 30_000, from: 1, to: day }),
  CAMERA_SILENT_MS: whole({ fallback: 300_000, from: 1, to: day }),
  GPU_POLL_MS: whole({ fallback: 10_000, from: 1, to: day }),
  GPU_PROGRAM: v.optional(v.string(), "nvidia-smi"),
  CLEANUP_MS: whole({ fallback: 3_600_000, from: 1, to: day }),
};

type LiveEnvironment = v.InferOutput<ReturnType<typeof v.object<typeof liveEntries>>>;

export function toLiveConfig(given: LiveEnvironment): LiveConfig {
  return {
    sockets: {
      idleMs: given.SOCKET_IDLE_MS,
      pingMs: given.SOCKET_PING_MS,
      closeMs: given.SOCKET_CLOSE_MS,
    },
    socketLimits: {
      windowMs: given.SOCKET_LIMIT_WINDOW_MS,
      connections: given.SOCKET_LIMIT_CONNECTIONS,
      messages: given.SOCKET_LIMIT_MESSAGES,
    },
    batches: {
      idleMs: given.BATCH_IDLE_MS,
      atMost: given.BATCH_AT_MOST,
      retryMs: given.BATCH_RETRY_MS,
    },
    detectorUrl: given.DETECTOR_URL,
    analyzerUrl: given.ANALYZER_URL,
    aiTimeoutMs: given.AI_TIMEOUT_MS,
    breaker: { failures: given.BREAKER_FAILURES, openMs: given.BREAKER_OPEN_MS },
    background: {
      running: given.BACKGROUND,
      batchSweepMs: given.BATCH_SWEEP_MS,
      folderScanMs: given.FOLDER_SCAN_MS,
      systemStatusMs: given.SYSTEM_STATUS_MS,
      healthMs: given.HEALTH_CHECK_MS,
      cameraSilentMs: given.CAMERA_SILENT_MS,
      gpuMs: given.GPU_POLL_MS,
      gpuProgram: given.GPU_PROGRAM,
      cleanupMs: given.CLEANUP_MS,
    },
  };
}
