import { availableParallelism } from "node:os";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import type { StackPlan } from "../../stack/plan.ts";
import { findSupervisor } from "../../supervisor/client.ts";
import { checkMemoryDisk } from "../machine/memory-disk.ts";
import { measureStart } from "./measure-start.ts";
import { startAdvice } from "./start-advice.ts";
import type { MeasuredStart } from "./start-phases.ts";

export interface ExaminedSpeed {
  readonly first: MeasuredStart;
  readonly second: MeasuredStart;
  readonly advice: readonly string[];
}

/**
 * Starts the stack twice, so that the second start finds its caches filled, and tells where the time goes.
 *
 * @throws ShakedownError `STACK_RUNNING` when it runs already: that start is over
 */
export async function examineSpeed(
  plan: StackPlan,
  environment: Readonly<Record<string, string>>,
): Promise<ExaminedSpeed> {
  if ((await findSupervisor(plan.file, environment)) !== undefined) {
    throw new ShakedownError(
      "STACK_RUNNING",
      `the services of ${plan.file} are running already, and their start cannot be measured any more`,
      { hint: "Stop them first: shakedown down" },
    );
  }
  const first = await measureStart(plan, environment);
  const second = await measureStart(plan, environment);
  const [memoryDisk] = await checkMemoryDisk({ environment, folder: plan.root });
  const advice = startAdvice({
    plan,
    first,
    second,
    dataOnTmpfs: memoryDisk?.state !== "advice",
    cpus: availableParallelism(),
  });
  return { first, second, advice };
}
