import { shakedown } from "shakedown/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [shakedown()],
  test: { include: ["generated/shakedown/**/*.test.ts"] },
});
