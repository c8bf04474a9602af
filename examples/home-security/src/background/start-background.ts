import type { BackgroundService, LiveConfig } from "../live-config.ts";
import { periodically, type Periodic } from "./periodic.ts";

/** One turn of each service. */
export type BackgroundWork = Readonly<
  Record<BackgroundService, (stopping: AbortSignal) => Promise<unknown>>
>;

export interface Background extends AsyncDisposable {
  readonly running: readonly BackgroundService[];
}

/** Starts those that the configuration names. One that it does not name does nothing at all. */
export function startBackground(
  config: LiveConfig["background"],
  work: BackgroundWork,
): Background {
  const everyMs: Readonly<Record<BackgroundService, number>> = {
    batches: config.batchSweepMs,
    "camera-folders": config.folderScanMs,
    "system-status": config.systemStatusMs,
    health: config.healthMs,
    gpu: config.gpuMs,
    cleanup: config.cleanupMs,
  };
  const started = config.running.map((name): Periodic =>
    periodically({ name, everyMs: everyMs[name], work: work[name] }),
  );
  return {
    running: config.running,
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((periodic) => periodic.stop()));
    },
  };
}
