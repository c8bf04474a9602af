import type { Reporter, ResolvedConfig } from "vitest/node";
import { shakedown, type ShakedownPlugin } from "../fixtures/vitest-plugin.ts";

/** The members of a Vite plugin that this one has. */
interface RunPlugin {
  readonly name: string;
  readonly enforce: "post";
  config(config: ConfigSeen): Promise<object>;
  configureServer(server: {
    readonly config: { readonly test?: Pick<ResolvedConfig, "reporters"> };
  }): void;
  configureVitest: ShakedownPlugin["configureVitest"];
}

type ConfigSeen = Parameters<ShakedownPlugin["config"]>[0] & { readonly plugins?: unknown };

export interface RunPluginOptions {
  readonly reporter: Reporter;
  readonly tagExpressions: readonly string[];
}

/**
 * What `shakedown run` adds to the project's Vitest: the fixtures' plugin where the configuration has none, and the run's
 * reporter beside whatever reporters are chosen.
 */
export function runPlugin({ reporter, tagExpressions }: RunPluginOptions): RunPlugin {
  let own: ShakedownPlugin | undefined;
  return {
    name: "shakedown:run",
    // After the user's plugins: what they say of tags counts.
    enforce: "post",
    async config(config) {
      const tags = tagSettings(config, tagExpressions);
      if ((await pluginNames(config.plugins)).includes("shakedown")) return tags;
      own = shakedown();
      const added = own.config(config) as { readonly test?: object };
      return { ...added, test: { ...added.test, ...tags.test } };
    },
    // Here the reporters are known by name and not made yet; `configureVitest` is not called for projects with files of their own.
    configureServer({ config }) {
      (config.test?.reporters as unknown[] | undefined)?.push(reporter);
    },
    configureVitest: async (context) => own?.configureVitest(context),
  };
}

/** Vitest filters by tags that are declared only. Where the project declares none, those that are asked for are. */
function tagSettings(
  { test }: ConfigSeen,
  expressions: readonly string[],
): { readonly test?: object } {
  if (test?.tags !== undefined || expressions.length === 0) return {};
  const words = expressions.flatMap((expression) => expression.split(/[\s()!&|]+/));
  const names = new Set(
    words.filter((word) => /^[^*]+$/.test(word) && !/^(and|or|not)$/i.test(word)),
  );
  return { test: { tags: Array.from(names, (name) => ({ name })), strictTags: false } };
}

/** Plugins come nested, as promises and as false. */
async function pluginNames(plugins: unknown): Promise<string[]> {
  const plugin = await plugins;
  if (Array.isArray(plugin)) return (await Promise.all(plugin.map(pluginNames))).flat();
  return typeof plugin === "object" && plugin !== null && "name" in plugin
    ? [String(plugin.name)]
    : [];
}
