import { defineStack } from "shakedown";
import { redis } from "shakedown/redis";
import { database, server } from "./service-processes.ts";

/**
 * The same system with a process that looks into folders and makes batches into events all the time. It has a stack of its
 * own: a process that works by itself has no place beside tests of other things.
 */
export default defineStack({
  db: database("security_pipeline_{slot}"),
  cache: redis(),
  api: server(),
  pipeline: server({
    BACKGROUND: "batches,camera-folders,system-status",
    FOLDER_SCAN_MS: "20",
    BATCH_SWEEP_MS: "20",
    SYSTEM_STATUS_MS: "50",
  }),
});
