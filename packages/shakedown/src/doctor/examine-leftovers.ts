import { locateDataFolders } from "../providers/folders.ts";
import { isAbandoned, readClaims } from "../supervisor/data-claims.ts";
import { sweepAbandoned } from "../supervisor/sweep-abandoned.ts";
import type { CheckResult } from "./check.ts";

/** What runs left that were killed together with everything that tidies up after them. */
export async function examineLeftovers(
  environment: Readonly<Record<string, string>>,
): Promise<CheckResult> {
  const claims = await readClaims(locateDataFolders(environment));
  const dead = claims.filter(({ claim }) => isAbandoned(claim));
  const living = claims.length - dead.length;
  const running = living === 0 ? "no stack is running" : `${living} running`;
  if (dead.length === 0) {
    return { area: "leftovers", name: "dead runs", state: "ok", seen: `none; ${running}` };
  }
  return {
    area: "leftovers",
    name: "dead runs",
    state: "advice",
    seen: `${dead.length} killed ${dead.length === 1 ? "stack has" : "stacks have"} left processes or data; ${running}`,
    needed: "none",
    remedy: "shakedown doctor --fix (any other command that starts services does it as well)",
    fix: async () => `removed what ${await sweepAbandoned(environment)} killed stacks had left`,
  };
}
