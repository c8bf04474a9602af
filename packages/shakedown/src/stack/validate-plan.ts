import { placeOf } from "./place-of.ts";
import type { Problem, ServicePlan, StackPlan } from "./plan.ts";

interface Validator {
  readonly validate: (service: ServicePlan, stack: StackPlan) => Promise<readonly Problem[]>;
}

/** What every engine has to say against its services, but for those in `except`. Starts nothing. */
export async function validatePlan(
  plan: StackPlan,
  except: readonly string[] = [],
): Promise<Problem[]> {
  const services = plan.services.filter(({ name }) => !except.includes(name));
  const problems = await Promise.all(services.map((service) => validateService(service, plan)));
  return problems.flat();
}

/** The engine comes by its URL in the plan: this room knows none by name. */
async function validateService(service: ServicePlan, plan: StackPlan): Promise<readonly Problem[]> {
  const { name, module } = service.engine;
  try {
    const { default: engine } = (await import(module)) as { readonly default: Validator };
    return await engine.validate(service, plan);
  } catch (error) {
    const message = `the engine ${name} could not check it: ${error instanceof Error ? error.message : String(error)}`;
    return [
      {
        at: placeOf(service.name, []),
        message,
        hint: "Reinstall the package that brings the engine: npm install",
      },
    ];
  }
}
