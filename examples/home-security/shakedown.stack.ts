import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";

/** What the application needs, and the application itself: one of each for every test worker. */
export default defineStack({
  db: postgres({
    migrate: { command: ["node", "--run", "migrate", "--", "up"], inputs: ["db/migrations"] },
    seed: "db/seed.sql",
    name: "security_test_{slot}",
  }),
  cache: redis(),
  api: command({
    per: "slot",
    run: ["node", "src/server.ts"],
    env: ({ db, cache }) => ({ DATABASE_URL: db.url, REDIS_URL: cache.url, PORT: "0" }),
    ready: logLine(/listening on (?<url>http:\S+)/),
  }),
});
