import type { SurveyedRung } from "../providers/survey-rungs.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { StackRoom } from "./stack-room.ts";

/**
 * Every place where a running service could come from.
 *
 * @throws ShakedownError `SERVICE_UNKNOWN`, `START_FAILED` when it does not run
 */
export async function providersOf(
  rooms: readonly StackRoom[],
  service: string,
): Promise<readonly SurveyedRung[]> {
  // Two generations are rare, and the newer one is what the user has in the editor.
  const room = rooms.at(-1);
  if (room === undefined) return [];
  servicesNeededBy(room.plan, [service]); // refuses a name that is none
  return (await room.runPart.running(service).providers?.()) ?? [];
}
