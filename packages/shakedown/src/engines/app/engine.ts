import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { Problem, ServicePlan } from "../../stack/plan.ts";
import type { Engine } from "../engine.ts";
import { optionProblems } from "../option-problems.ts";
import { optionsSchema } from "./options.ts";

/** The supervisor's side of an application that lives in the tests' own process: there is nothing to start. */
const engine: Engine = {
  name: "app",
  validate: async (service) => [...optionProblems(service, optionsSchema), ...perProblems(service)],
  start: async ({ service, signal }) => {
    if (signal.aborted)
      throw new ShakedownError("START_FAILED", `${service.name} was given up before it started`);
    return {
      provider: {
        kind: "in-process",
        version: "app",
        reason: "it runs in each test worker's own process",
        passedOver: [],
      },
      outputs: {},
      control: {},
      stop: async () => {},
    };
  },
};

export default engine;

function perProblems({ name, per }: ServicePlan): Problem[] {
  if (per === "slot") return [];
  return [
    {
      at: `services.${name}.per`,
      message: `is "${per}", but an application in the tests' process lives in each worker`,
      hint: 'Leave `per` away, or use command({ per: "run", … })',
    },
  ];
}
