import type { StartContext } from "../engines/engine.ts";
import { whyNotAllowed } from "./ladder.ts";
import type { GivenUrl } from "./ladder-url.ts";
import { policyOf } from "./provider-policy.ts";
import type { ProviderOption } from "./provider-words.ts";

export interface ProgramWish {
  readonly option: ProviderOption | undefined;
  /** The server that somebody named. */
  readonly given: GivenUrl | undefined;
}

/** Whether a program of this machine would be taken for a service, if there were one. */
export function wantsProgram(
  context: Pick<StartContext, "service" | "stack" | "environment">,
  { option, given }: ProgramWish,
): boolean {
  if (given !== undefined) return false;
  return whyNotAllowed("native", policyOf(context, { option, hasUrl: false })) === undefined;
}
