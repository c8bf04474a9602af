import { dirname } from "node:path";
import { defineStack, type StackOptions } from "../../src/stack/define-stack.ts";
import { inOrder } from "../../src/stack/in-order.ts";
import { invalidStackError } from "../../src/stack/invalid-stack.ts";
import type { Problem } from "../../src/stack/plan.ts";
import type { Services } from "../../src/stack/service.ts";
import { toPlan } from "../../src/stack/to-plan.ts";
import { validatePlan } from "../../src/stack/validate-plan.ts";

/** What the user reads about this stack, with the folder of the stack file left out. */
export async function mistakes(services: Services, options: StackOptions = {}): Promise<string> {
  const file = `${import.meta.dirname}/shakedown.stack.ts`;
  const stack = defineStack(services, { file, ...options });
  const { plan, problems, unreadable } = toPlan(stack, file);
  const all: Problem[] = [...problems, ...(await validatePlan(plan, unreadable))];
  if (all.length === 0) return "no mistakes";
  return invalidStackError(inOrder(all, Object.keys(services)), file).message.replaceAll(
    `${dirname(file)}/`,
    "",
  );
}
