import { ShakedownError } from "../errors/shakedown-error.ts";
import type { ServiceActed, ServiceAction } from "./protocol.ts";
import { servicesNeededBy } from "./services-needed-by.ts";
import type { StackRoom } from "./stack-room.ts";

export interface Act {
  readonly action: ServiceAction;
  /** Only the process of this slot. */
  readonly slot?: number;
}

/**
 * Stops, starts or restarts a service by hand.
 *
 * A process of the run (a server, a shared command) is stopped with all that need it and comes back fresh, as at the
 * beginning of a run; slots are filled anew by whoever needs them next. A process that each slot has is restarted in each
 * of them and keeps its data and its port.
 */
export async function actOnService(
  rooms: readonly StackRoom[],
  name: string,
  wanted: Act,
): Promise<ServiceActed> {
  if (rooms.length === 0)
    throw new ShakedownError("SERVICE_UNKNOWN", `${name} cannot be found: nothing is running`, {
      hint: "Start the stack: shakedown up",
    });
  const acted = await Promise.all(rooms.map((room) => actIn(room, name, wanted)));
  return {
    services: [...new Set(acted.flatMap(({ services }) => services))],
    slots: [...new Set(acted.flatMap(({ slots }) => slots))],
    data: acted.every(({ data }) => data === "kept") ? "kept" : "fresh",
  };
}

async function actIn(
  room: StackRoom,
  name: string,
  { action, slot: only }: Act,
): Promise<ServiceActed> {
  const { plan, runPart } = room;
  servicesNeededBy(plan, [name]); // refuses a name that is none
  if (action === "start") {
    await runPart.start([name]);
    return { services: [name], slots: [], data: "kept" };
  }
  const inSlots = room
    .slots()
    .filter(
      ({ number, hasProcess }) => hasProcess(name) && (only === undefined || only === number),
    );
  if (only !== undefined && (inSlots.length === 0 || action !== "restart")) {
    throw new ShakedownError(
      "SERVICE_UNKNOWN",
      `${name} has no process of its own in slot ${only}`,
      { hint: "See which slots there are, and what is in them: shakedown status" },
    );
  }
  if (inSlots.length > 0 && action === "restart") {
    await Promise.all(inSlots.map((slot) => slot.restart(name)));
    return { services: [name], slots: inSlots.map(({ number }) => number), data: "kept" };
  }
  const stopped = await runPart.halt(
    name,
    `was ${action === "stop" ? "stopped" : "restarted"} by hand`,
  );
  if (action === "restart") await runPart.start([name, ...stopped]);
  return { services: [...new Set([name, ...stopped])], slots: [], data: "fresh" };
}
