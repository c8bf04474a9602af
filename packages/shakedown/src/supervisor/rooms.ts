import type { Processes } from "../process/managed-process.ts";
import type { FolderRoots } from "../providers/folders.ts";
import { loadEngines, rememberEngines } from "./load-engines.ts";
import type { Places } from "./places.ts";
import type { OpenSession } from "./protocol.ts";
import type { Sessions } from "./sessions.ts";
import { openStackRoom, roomKeyOf, type StackRoom } from "./stack-room.ts";

export interface RoomsOptions {
  readonly places: Places;
  readonly roots: FolderRoots;
  readonly processes: Processes;
  readonly sessions: Sessions;
}

/** Generations of the stack by what shapes them; there is more than one only while a stack file is being edited. */
export interface Rooms {
  readonly count: number;
  /** The room of this plan and environment; opened when there is none. */
  enter(request: Pick<OpenSession, "plan" | "environment">): Promise<StackRoom>;
  all(): Promise<readonly StackRoom[]>;
  /** Ends one; what goes wrong is the caller's to tell. */
  close(room: StackRoom): Promise<void>;
  /** Ends all, one after another: each failure is told to `onFailure`. */
  stop(onFailure: (error: unknown) => void): Promise<void>;
}

export function openRooms({ places, roots, processes, sessions }: RoomsOptions): Rooms {
  const rooms = new Map<string, Promise<StackRoom>>();

  function open(key: string, { plan, environment }: Pick<OpenSession, "plan" | "environment">) {
    const room = openStackRoom({
      plan,
      key,
      environment,
      places,
      roots,
      processes,
      emit: (event) => sessions.tellRoom(key, event),
    });
    rooms.set(key, room);
    room.catch(() => rooms.delete(key)); // told to whoever entered
    return room;
  }

  return {
    get count() {
      return rooms.size;
    },
    async enter(request) {
      const key = await roomKeyOf(request, await loadEngines(request.plan));
      void rememberEngines(request.plan, places).catch(() => {}); // the next start is a little slower
      for (;;) {
        const pending = rooms.get(key) ?? open(key, request);
        const room = await pending;
        // While we waited its last session may have ended, and the room with it.
        if (rooms.get(key) === pending) return room;
      }
    },
    all: () => Promise.all(rooms.values()),
    async close(room) {
      rooms.delete(room.key);
      await room.stop();
    },
    async stop(onFailure) {
      for (const room of rooms.values())
        await room.then((opened) => opened.stop()).catch(onFailure);
    },
  };
}
