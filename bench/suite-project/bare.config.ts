import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["generated/bare/**/*.test.ts"], globalSetup: ["bare-setup.ts"] },
});
