import type { ServerResponse } from "node:http";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { ServiceLease, SlotLease } from "../isolation/lease.ts";
import { isSame } from "../process/identity.ts";
import { invalidStackError } from "../stack/invalid-stack.ts";
import { validatePlan } from "../stack/validate-plan.ts";
import { defaultIdleMs, type Keeper } from "./idle-stop.ts";
import type {
  BorrowSlot,
  OpenSession,
  RetiredSlot,
  RetireSlot,
  ServiceChanges,
} from "./protocol.ts";
import type { Rooms } from "./rooms.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { AsideLease } from "./slot.ts";
import type { StackRoom } from "./stack-room.ts";

export interface ServeSessionsOptions {
  readonly sessions: Sessions;
  readonly rooms: Rooms;
  readonly isStopping: () => boolean;
  readonly keeper: Keeper;
  /** Stops what no session needs any more. */
  readonly afterSession: (session: Session) => Promise<void>;
}

/** What sessions may ask for. */
export interface SessionService {
  open(request: OpenSession, response: ServerResponse): Promise<void>;
  /** Stops what only this session needed, tells it of that, and ends it. */
  close(sessionId: string): void;
  start(sessionId: string, services: readonly string[] | undefined): Promise<void>;
  borrow(sessionId: string, request: BorrowSlot): Promise<SlotLease>;
  giveBack(sessionId: string, slot: string): void;
  /** The holder is between two files: another process may take over. */
  rest(sessionId: string, slot: string): void;
  changes(sessionId: string, slot: string, sinceBytes: number): Promise<ServiceChanges>;
  retire(sessionId: string, slot: string, request: RetireSlot): Promise<RetiredSlot>;
  restart(sessionId: string, slot: string, service: string): Promise<ServiceLease>;
  pause(sessionId: string, slot: string, service: string): Promise<ServiceLease>;
  /** Starts that failed are tried again: somebody has done something about a service. */
  forgetFailures(): void;
  /** Slots that somebody holds in this room. */
  held(room: StackRoom): ReadonlySet<number>;
}

export function serveSessions(options: ServeSessionsOptions): SessionService {
  const { sessions, rooms, keeper } = options;

  async function open(request: OpenSession, response: ServerResponse): Promise<void> {
    refuseWhileStopping();
    const problems = await validatePlan(request.plan);
    if (problems.length > 0) throw invalidStackError(problems, request.plan.file);
    const { room, reuse } = await rooms.enter(request);
    refuseWhileStopping();
    const session = sessions.open(request, { room, reuse }, response);
    for (const event of room.runPart.alreadyReady()) session.tell({ type: "event", event });
    const keep = request.keep ?? (request.purpose === "up" ? { idleMs: defaultIdleMs } : undefined);
    if (keep !== undefined) keeper.keep(room.key, keep.idleMs);
    if (reuse.outcome === "own") return;
    for (const other of await rooms.all()) {
      // A generation that only `up` kept alive goes when another takes its place.
      if (other === room || sessions.of(other).length > 0) continue;
      if (keeper.keeps(other.key)) keeper.moveTo(room.key);
      void rooms
        .close(other, "another stack took its place")
        .catch((error: unknown) => tellOldStack(session, error));
    }
  }

  function refuseWhileStopping(): void {
    if (options.isStopping())
      throw new ShakedownError("SESSION_ENDED", "the supervisor is stopping");
  }

  async function startFor(session: Session, names: readonly string[]): Promise<void> {
    const key = [...names].toSorted().join(" ");
    if (session.failedStarts.has(key)) throw session.failedStarts.get(key);
    try {
      await session.room.runPart.start(names);
    } catch (error) {
      session.failedStarts.set(key, error);
      throw error;
    }
  }

  function borrowedSlot(sessionId: string, number: string): [StackRoom, number] {
    const { room, borrowed } = sessions.find(sessionId);
    for (const { slot } of borrowed.values()) if (String(slot) === number) return [room, slot];
    throw new ShakedownError("CONTROL_PROTOCOL", `the session has not borrowed slot ${number}`);
  }

  return {
    open,
    close(sessionId) {
      const session = sessions.find(sessionId);
      if (session.closing) return;
      session.closing = true;
      void options.afterSession(session).finally(() => session.end("its holder closed it"));
    },
    async start(sessionId, services) {
      const session = sessions.find(sessionId);
      await startFor(session, services ?? session.room.plan.services.map(({ name }) => name));
    },
    async borrow(sessionId, request) {
      const session = sessions.find(sessionId);
      const known = session.borrowed.get(request.wish);
      const slot =
        known === undefined
          ? session.room.freeSlot(request.wish, sessions.held(session.room))
          : session.room.slot(known.slot);
      // Whoever was killed, or is taken over from, may have sent what is still to be written.
      if (known !== undefined && !known.atRest && !isSame(known.holder, request.holder))
        void slot.fence(() => Promise.resolve(false));
      session.borrowed.set(request.wish, {
        slot: slot.number,
        holder: request.holder,
        atRest: false,
      });
      await startFor(session, request.services);
      return slot.fill(request.services);
    },
    giveBack(sessionId, number) {
      const { borrowed } = sessions.find(sessionId);
      for (const [wish, { slot }] of borrowed) if (String(slot) === number) borrowed.delete(wish);
    },
    rest(sessionId, number) {
      for (const borrowed of sessions.find(sessionId).borrowed.values())
        if (String(borrowed.slot) === number) borrowed.atRest = true;
    },
    changes(sessionId, number, sinceBytes) {
      const [room, slot] = borrowedSlot(sessionId, number);
      return room.changesOf(slot, sinceBytes);
    },
    async retire(sessionId, number, request) {
      const [room, slot] = borrowedSlot(sessionId, number);
      const kept: { service: string; connect: string }[] = [];
      const { generation } = room.slot(slot);
      const keep = (aside: AsideLease): void => {
        room.keep({ ...aside, slot, generation, reason: request.reason, atEpochMs: Date.now() });
        kept.push({ service: aside.service, connect: aside.connect });
      };
      const lease = await room.slot(slot).retire(request.services, request.keep ? keep : undefined);
      sessions.tellRoom(room.key, {
        type: "slot:retired",
        slot,
        service: request.service,
        reason: request.reason,
        ...(kept[0] === undefined ? {} : { kept: kept[0] }),
        atEpochMs: Date.now(),
      });
      return { lease, kept };
    },
    held: (room) => sessions.held(room),
    restart(sessionId, number, service) {
      const [room, slot] = borrowedSlot(sessionId, number);
      return room.slot(slot).restart(service);
    },
    pause(sessionId, number, service) {
      const [room, slot] = borrowedSlot(sessionId, number);
      return room.slot(slot).pause(service);
    },
    forgetFailures() {
      for (const { failedStarts } of sessions.all()) failedStarts.clear();
    },
  };
}

function tellOldStack(session: Session, error: unknown): void {
  session.tell({
    type: "event",
    event: {
      type: "service:progress",
      service: "the old stack",
      step: String(error),
      atEpochMs: Date.now(),
    },
  });
}
