import { tmpdir } from "node:os";
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";

const ready = logLine(/listening on (?<url>http:\S+)/);

/** What the application needs, and the application itself: one of each for every test worker. */
export default defineStack({
  db: postgres({
    migrate: { command: ["node", "--run", "migrate", "--", "up"], inputs: ["db/migrations"] },
    seed: "db/seed.sql",
    name: "security_test_{slot}",
  }),
  cache: redis(),
  // Nothing runs in the background here: what a test does not do itself does not happen.
  api: command({
    per: "slot",
    run: ["node", "src/server.ts"],
    env: ({ db, cache }) => ({
      DATABASE_URL: db.url,
      REDIS_URL: cache.url,
      PORT: "0",
      BACKGROUND: "off",
      ADMIN: "on",
      MEDIA_FOLDER: tmpdir(),
    }),
    ready,
  }),
  // A second process of the same system, as behind a load balancer.
  second: command({
    per: "slot",
    run: ["node", "src/server.ts"],
    env: ({ db, cache }) => ({
      DATABASE_URL: db.url,
      REDIS_URL: cache.url,
      PORT: "0",
      BACKGROUND: "off",
    }),
    ready,
  }),
  // One that wants keys and has little patience.
  strict: command({
    per: "slot",
    run: ["node", "src/server.ts"],
    env: ({ db, cache }) => ({
      DATABASE_URL: db.url,
      REDIS_URL: cache.url,
      PORT: "0",
      BACKGROUND: "off",
      API_KEYS: "test-api-key-12345,another-key",
      SOCKET_IDLE_MS: "500",
      SOCKET_PING_MS: "50",
      SOCKET_LIMIT_CONNECTIONS: "3",
      SOCKET_LIMIT_MESSAGES: "20",
    }),
    ready,
  }),
  // One that looks into folders and makes batches into events all the time.
  pipeline: command({
    per: "slot",
    run: ["node", "src/server.ts"],
    env: ({ db, cache }) => ({
      DATABASE_URL: db.url,
      REDIS_URL: cache.url,
      PORT: "0",
      BACKGROUND: "batches,camera-folders,system-status",
      FOLDER_SCAN_MS: "20",
      BATCH_SWEEP_MS: "20",
      BATCH_IDLE_MS: "100",
      SYSTEM_STATUS_MS: "50",
    }),
    ready,
  }),
});
