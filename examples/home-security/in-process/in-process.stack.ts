import { defineStack } from "shakedown";
import { app } from "shakedown/app";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";

/** The same system with the application inside the tests' own process: breakpoints stop in it. */
export default defineStack({
  db: postgres({
    migrate: { command: ["node", "--run", "migrate", "--", "up"], inputs: ["../db/migrations"] },
    seed: "../db/seed.sql",
    name: "security_inside_{slot}",
  }),
  cache: redis(),
  api: app({
    env: ({ db, cache }) => ({
      DATABASE_URL: db.url,
      REDIS_URL: cache.url,
      BACKGROUND: "off",
      SOCKET_IDLE_MS: "300",
      REQUEST_LOG: "off",
    }),
    handler: async ({ env }) => {
      const { createApp } = await import("../src/app.ts");
      const { readConfig } = await import("../src/config.ts");
      const home = await createApp(readConfig(env));
      return { handler: home.server, close: () => home[Symbol.asyncDispose]() };
    },
  }),
});
