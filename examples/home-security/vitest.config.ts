import { shakedown } from "shakedown/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    shakedown({
      tags: [
        { name: "api", description: "over HTTP, as a browser sees the system" },
        {
          name: "full-stack",
          description: "several areas, one after the other, as in a day of use",
        },
        { name: "websocket", description: "live messages on /ws/…" },
        { name: "database", description: "the schema, transactions and clean tables" },
        { name: "repositories", description: "the application's own queries, without its server" },
        { name: "redis", description: "cache and pub/sub on a real Redis" },
        { name: "services", description: "one part of the application by itself" },
        { name: "pipeline", description: "from a picture to an alert" },
        {
          name: "error-handling",
          description: "what happens when something else is away or wrong",
        },
        { name: "concurrency", description: "several requests or sessions at the same time" },
        { name: "in-process", description: "the application inside the test's own process" },
      ],
    }),
  ],
  test: {
    projects: [
      { extends: true, test: { name: "suite", include: ["tests/**/*.test.ts"] } },
      { extends: true, test: { name: "in-process", include: ["in-process/**/*.test.ts"] } },
    ],
  },
});
