import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { ShakedownError } from "../errors/shakedown-error.ts";
import type { ServiceEvent } from "../events/run-event.ts";
import { isAlive, type ProcessIdentity } from "../process/identity.ts";
import type { OpenSession, SessionLine } from "./protocol.ts";
import type { Entered } from "./rooms.ts";
import type { StackRoom } from "./stack-room.ts";

const holderCheckEveryMs = 1000;

export interface Borrowed {
  readonly slot: number;
  readonly holder: ProcessIdentity;
  /** Its holder has put the data back to the baseline, and nothing of it is at work. */
  atRest: boolean;
}

export interface Session {
  readonly id: string;
  readonly purpose: OpenSession["purpose"];
  readonly holder: ProcessIdentity;
  readonly sinceEpochMs: number;
  readonly room: StackRoom;
  /** Worker number → slot number. */
  readonly borrowed: Map<number, Borrowed>;
  /** Starts that failed under this session: each test file would wait for the same failure again. */
  readonly failedStarts: Map<string, unknown>;
  /** Its holder waits for the end of what nobody else needs. */
  closing: boolean;
  tell(line: SessionLine): void;
  end(reason: string): void;
}

export interface Sessions {
  open(request: OpenSession, entered: Entered, response: ServerResponse): Session;
  /** @throws ShakedownError `SESSION_ENDED` */
  find(id: string): Session;
  all(): readonly Session[];
  /** Those that still need their services. */
  inNeed(): readonly Session[];
  /** Of those, the room's. */
  of(room: StackRoom): readonly Session[];
  /** Slots that somebody holds in this room. */
  held(room: StackRoom): ReadonlySet<number>;
  tellRoom(roomKey: string, event: ServiceEvent): void;
}

/** The open sessions: each is one streaming answer, and ends with it or with its holder's process. */
export function openSessions(onEnd: (session: Session) => void): Sessions {
  const sessions = new Map<string, Session>();

  // A killed process whose forked child still holds its socket would look connected: the process itself is watched, too.
  const watch = setInterval(() => {
    for (const session of sessions.values())
      if (!isAlive(session.holder)) session.end("its holder died");
  }, holderCheckEveryMs);
  watch.unref();

  return {
    open(request, { room, reuse }, response) {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      const session: Session = {
        id: randomUUID(),
        purpose: request.purpose,
        holder: request.holder,
        sinceEpochMs: Date.now(),
        room,
        borrowed: new Map(),
        failedStarts: new Map(),
        closing: false,
        tell: (line) => void response.write(`${JSON.stringify(line)}\n`),
        end(reason) {
          if (!sessions.delete(session.id)) return;
          response.end(
            `${JSON.stringify({ type: "session:ended", reason } satisfies SessionLine)}\n`,
          );
          onEnd(session);
        },
      };
      sessions.set(session.id, session);
      response.on("close", () => session.end("its holder closed it"));
      session.tell({ type: "session:opened", session: session.id, reuse });
      return session;
    },
    find(id) {
      const session = sessions.get(id);
      if (session === undefined) {
        throw new ShakedownError("SESSION_ENDED", "the run's session with the supervisor is over", {
          hint: "Start the run again; the supervisor's own log is in .shakedown/stacks.",
        });
      }
      return session;
    },
    all: () => [...sessions.values()],
    inNeed: () => [...sessions.values()].filter(({ closing }) => !closing),
    of: (room) =>
      [...sessions.values()].filter((session) => session.room === room && !session.closing),
    held(room) {
      const inRoom = [...sessions.values()].filter((session) => session.room === room);
      return new Set(
        inRoom.flatMap(({ borrowed }) => [...borrowed.values()].map(({ slot }) => slot)),
      );
    },
    tellRoom(roomKey, event) {
      for (const session of sessions.values())
        if (session.room.key === roomKey) session.tell({ type: "event", event });
    },
  };
}
