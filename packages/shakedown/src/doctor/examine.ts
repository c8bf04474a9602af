import { dirname } from "node:path";
import type { CheckResult } from "./check.ts";
import { examineLeftovers } from "./examine-leftovers.ts";
import { examineMachine } from "./examine-machine.ts";
import { examineServices } from "./examine-services.ts";
import { examineEnvFiles } from "./stack/env-files.ts";
import { examineStackFile } from "./stack/stack-file.ts";
import { examineTestRunner } from "./stack/test-runner.ts";

export interface ExamineOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** @throws ShakedownError `STACK_MISSING` */
  readonly locate: () => string;
  readonly startServices: boolean;
}

/** Everything that `shakedown doctor` looks at, each result as soon as it is known. */
export async function* examine(options: ExamineOptions): AsyncGenerator<CheckResult> {
  const { cwd, environment, locate, startServices } = options;
  const { plan, results } = await examineStackFile(locate, { cwd, environment });
  const folder = plan === undefined ? cwd : dirname(plan.file);
  yield* examineMachine({ environment, folder });
  yield* results;
  if (plan !== undefined) {
    yield* await examineTestRunner(plan.root);
    yield* await examineEnvFiles(plan);
  }
  yield await examineLeftovers(environment);
  if (plan !== undefined && startServices) yield* examineServices(plan, environment);
}
