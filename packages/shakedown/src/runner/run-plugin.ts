import type { Reporter, ResolvedConfig } from "vitest/node";
import { shakedown, type ShakedownPlugin } from "../fixtures/vitest-plugin.ts";

/** The members of a Vite plugin that this one has. */
interface RunPlugin {
  readonly name: string;
  config(config: ConfigSeen): Promise<object | undefined>;
  configureServer(server: {
    readonly config: { readonly test?: Pick<ResolvedConfig, "reporters"> };
  }): void;
  configureVitest: ShakedownPlugin["configureVitest"];
}

type ConfigSeen = Parameters<ShakedownPlugin["config"]>[0] & { readonly plugins?: unknown };

/**
 * What `shakedown run` adds to the project's Vitest: the fixtures' plugin where the configuration has none, and the run's
 * reporter beside whatever reporters are chosen.
 */
export function runPlugin(reporter: Reporter): RunPlugin {
  let own: ShakedownPlugin | undefined;
  return {
    name: "shakedown:run",
    async config(config) {
      if ((await pluginNames(config.plugins)).includes("shakedown")) return undefined;
      own = shakedown();
      return own.config(config);
    },
    // Here the reporters are known by name and not made yet; `configureVitest` is not called for projects with files of their own.
    configureServer({ config }) {
      (config.test?.reporters as unknown[] | undefined)?.push(reporter);
    },
    configureVitest: async (context) => own?.configureVitest(context),
  };
}

/** Plugins come nested, as promises and as false. */
async function pluginNames(plugins: unknown): Promise<string[]> {
  const plugin = await plugins;
  if (Array.isArray(plugin)) return (await Promise.all(plugin.map(pluginNames))).flat();
  return typeof plugin === "object" && plugin !== null && "name" in plugin
    ? [String(plugin.name)]
    : [];
}
