import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "page", include: ["unit/**/*.test.ts"], testTimeout: 10_000 },
});
