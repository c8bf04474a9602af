import type { ClientCommand } from "../engines/engine.ts";
import type { Outputs } from "../stack/references.ts";
import { loadEngines } from "./load-engines.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { Sessions } from "./sessions.ts";
import type { StackRoom } from "./stack-room.ts";

/** One place where a service's data can be looked at. Holds passwords. */
export interface Share {
  /** Absent for what all workers share. */
  readonly slot?: number;
  /** A worker has the slot now. */
  readonly held?: boolean;
  /** Of a failed test, set aside. */
  readonly kept?: { readonly reason: string; readonly atEpochMs: number };
  readonly outputs: Outputs;
  /** How a person looks at it. */
  readonly client?: ClientCommand;
}

/**
 * All that there is of a service: what is shared, each slot's share, and what was kept of failed tests, the newest last.
 *
 * @throws ShakedownError `SERVICE_UNKNOWN`
 */
export async function sharesOf(
  rooms: readonly StackRoom[],
  sessions: Pick<Sessions, "held">,
  service: string,
): Promise<readonly Share[]> {
  const shares = await Promise.all(
    rooms.map(async (room) => {
      servicesNeededBy(room.plan, [service]); // refuses a name that is none
      const engine = (await loadEngines(room.plan))(service);
      return sharesIn(room, sessions.held(room), service).map((share): Share => {
        const client = engine.clientCommand?.(share.outputs);
        return client === undefined ? share : { ...share, client };
      });
    }),
  );
  return shares.flat();
}

function sharesIn(room: StackRoom, held: ReadonlySet<number>, service: string): Share[] {
  const shared = room.runPart.sharedOutputs()[service];
  const slots = room.slots().filter(({ services }) => services.includes(service));
  return [
    ...(shared === undefined ? [] : [{ outputs: shared }]),
    ...slots.map((slot) => ({
      slot: slot.number,
      held: held.has(slot.number),
      outputs: slot.outputs()[service] ?? {},
    })),
    ...room
      .kept()
      .filter((aside) => aside.service === service)
      .map(({ slot, reason, atEpochMs, outputs }) => ({
        slot,
        kept: { reason, atEpochMs },
        outputs,
      })),
  ];
}
