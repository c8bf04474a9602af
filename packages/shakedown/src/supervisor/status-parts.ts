import { userInfo } from "node:os";
import { commandLineOf } from "../process/command-line-of.ts";
import { memoryOf } from "../process/memory-of.ts";
import { redactor } from "../kit/redact.ts";
import type { Keeper } from "./idle-stop.ts";
import type { ServiceStatus, SupervisorStatus } from "./protocol.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { StackRoom } from "./stack-room.ts";

export function keepStatus(
  keeper: Keeper,
): Pick<SupervisorStatus, "keep" | "idleMs" | "idleStopsAtEpochMs"> {
  const { isKeeping, idleMs, stopsAtEpochMs } = keeper;
  return {
    keep: isKeeping,
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(stopsAtEpochMs === undefined ? {} : { idleStopsAtEpochMs: stopsAtEpochMs }),
  };
}

export function ownerName(): string {
  try {
    return userInfo().username;
  } catch {
    // A number without a name, as in containers.
    return String(process.getuid?.() ?? "");
  }
}

const { text: withoutPasswords } = redactor();

export function sessionStatus(session: Session): SupervisorStatus["sessions"][number] {
  const { id, purpose, holder, sinceEpochMs } = session;
  const command = commandLineOf(holder.pid);
  return {
    id,
    purpose,
    holder,
    sinceEpochMs,
    ...(command === undefined ? {} : { command: withoutPasswords(command) }),
  };
}

/** A room's services and slots, with who holds each slot. */
export function roomStatus(
  room: StackRoom,
  sessions: Pick<Sessions, "all" | "held">,
): Pick<SupervisorStatus, "services" | "slots" | "kept"> {
  const holders = new Map(
    sessions
      .all()
      .filter((session) => session.room === room)
      .flatMap(({ borrowed }) =>
        [...borrowed.values()].map(({ slot, holder }) => [slot, holder] as const),
      ),
  );
  const { services, slots, kept = [] } = room.status(sessions.held(room));
  return {
    services,
    kept,
    slots: slots.map((slot) => {
      const holder = holders.get(slot.slot);
      return holder === undefined ? slot : { ...slot, holder };
    }),
  };
}

export function withMemory(services: readonly ServiceStatus[]): ServiceStatus[] {
  return services.map((service) =>
    (service.pids ?? []).length === 0
      ? service
      : { ...service, memoryBytes: memoryOf(service.pids ?? []) },
  );
}
