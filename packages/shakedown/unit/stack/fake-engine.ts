import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { Problem, ServicePlan, StackPlan } from "../../src/stack/plan.ts";

/** Checks as a true engine does: an option that it does not know, a folder that is not there. */
const fakeEngine = {
  name: "fake",
  validate(service: ServicePlan, { root }: StackPlan): Promise<readonly Problem[]> {
    const problems: Problem[] = [];
    const at = `services.${service.name}`;
    if ("flavour" in service.options) {
      problems.push({
        at: `${at}.flavour`,
        message: "is not an option of fake",
        hint: "Take it out",
      });
    }
    const { folder } = service.options;
    if (
      typeof folder === "string" &&
      !existsSync(isAbsolute(folder) ? folder : join(root, folder))
    ) {
      problems.push({
        at: `${at}.folder`,
        message: `${folder} does not exist`,
        hint: `Make it: mkdir ${folder}`,
      });
    }
    return Promise.resolve(problems);
  },
};

export default fakeEngine;
