import { readFile, writeFile } from "node:fs/promises";
import type { Engine } from "../engines/engine.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { StackPlan } from "../stack/plan.ts";
import type { Places } from "./places.ts";

export type EngineOf = (service: string) => Engine;

/** Imports the engines that a plan names; they bring all that the supervisor knows of a service. */
export async function loadEngines(plan: StackPlan): Promise<EngineOf> {
  const engines = new Map<string, Engine>();
  await Promise.all(
    plan.services.map(async ({ name, engine }) => {
      const module = (await import(engine.module)) as { readonly default?: Engine };
      if (module.default === undefined) {
        throw new ShakedownError(
          "INTERNAL",
          `the engine ${engine.name} has no default export in ${engine.module}`,
        );
      }
      engines.set(name, module.default);
    }),
  );
  return (service) => {
    const engine = engines.get(service);
    if (engine === undefined)
      throw new ShakedownError("INTERNAL", `no engine was loaded for ${service}`);
    return engine;
  };
}

/**
 * Imports the engines that this stack had the last time, as long as nobody has asked for anything: what is loaded while
 * the first client still reads the stack need not be loaded while it waits.
 */
export async function warmEngines({ enginesFile }: Places): Promise<void> {
  const modules = JSON.parse(await readFile(enginesFile, "utf8")) as readonly string[];
  for (const module of modules) {
    const { default: engine } = (await import(module)) as { readonly default?: Engine };
    await engine?.warm?.();
  }
}

export async function rememberEngines(plan: StackPlan, { enginesFile }: Places): Promise<void> {
  const modules = new Set(plan.services.map(({ engine }) => engine.module));
  await writeFile(enginesFile, JSON.stringify([...modules]));
}
