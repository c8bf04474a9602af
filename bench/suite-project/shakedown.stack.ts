import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { postgres } from "shakedown/postgres";

export default defineStack({
  db: postgres({ migrate: "migrations", prefer: "embedded" }),
  api: command({
    per: "slot",
    run: [process.execPath, "server.mjs"],
    env: ({ db }) => ({ DATABASE_URL: db.url }),
    ready: logLine(/listening on (?<url>http:\S+)/),
  }),
});
