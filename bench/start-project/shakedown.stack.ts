import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";

export default defineStack({
  db: postgres({ migrate: "migrations", provider: "embedded" }),
  cache: redis(),
});
