import { command, logLine } from "shakedown/command";
import { postgres } from "shakedown/postgres";

/** The database, with the tables and the rows of a new installation. */
export const database = (name: string) =>
  postgres({
    migrate: { command: ["node", "--run", "migrate", "--", "up"], inputs: ["db/migrations"] },
    seed: "db/seed.sql",
    // Tests bring about deadlocks, and do not wait for the usual second.
    settings: { deadlock_timeout: "50ms" },
    name,
  });

/** The application as a process. Unless told otherwise it does nothing by itself: what a test does not do does not happen. */
export const server = (settings: Readonly<Record<string, string>> = {}) =>
  command({
    per: "slot",
    run: ["node", "src/server.ts"],
    env: ({ db, cache }) => ({
      DATABASE_URL: db.url,
      REDIS_URL: cache.url,
      PORT: "0",
      BACKGROUND: "off",
      BATCH_IDLE_MS: "100",
      ...settings,
    }),
    ready: logLine(/listening on (?<url>http:\S+)/),
  });
