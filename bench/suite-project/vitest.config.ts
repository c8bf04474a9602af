import { shakedown } from "shakedown/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [shakedown()],
  root: import.meta.dirname,
  test: { include: ["generated/shakedown/**/*.test.ts"] },
});
