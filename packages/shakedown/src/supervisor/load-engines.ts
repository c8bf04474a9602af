import type { Engine } from "../engines/engine.ts";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { StackPlan } from "../stack/plan.ts";

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
