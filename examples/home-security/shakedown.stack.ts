import { tmpdir } from "node:os";
import { defineStack } from "shakedown";
import { redis } from "shakedown/redis";
import { database, server } from "./service-processes.ts";

/** What the application needs, and the application itself: one of each for every test worker. */
export default defineStack({
  db: database("security_test_{slot}"),
  cache: redis(),
  api: server({ ADMIN: "on", MEDIA_FOLDER: tmpdir() }),
  // A second process of the same system, as behind a load balancer.
  second: server(),
  // One that wants keys and has little patience.
  strict: server({
    API_KEYS: "test-api-key-12345,another-key",
    SOCKET_IDLE_MS: "500",
    SOCKET_PING_MS: "50",
    SOCKET_LIMIT_CONNECTIONS: "3",
    SOCKET_LIMIT_MESSAGES: "20",
  }),
});
