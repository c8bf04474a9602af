export { shakedown, type ShakedownPluginOptions } from "../fixtures/vitest-plugin.ts";
