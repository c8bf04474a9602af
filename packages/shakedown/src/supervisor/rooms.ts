import type { Processes } from "../process/managed-process.ts";
import type { FolderRoots } from "../providers/folders.ts";
import { loadEngines, rememberEngines } from "./load-engines.ts";
import type { Places } from "./places.ts";
import type { OpenSession } from "./protocol.ts";
import type { Sessions } from "./sessions.ts";
import type { Keeper } from "./idle-stop.ts";
import { reuseKeyOf, reusePartsOf, stillFits } from "./reuse-parts.ts";
import type { StackPart } from "./reuse-reasons.ts";
import type { Reuse, ReuseMemory } from "./reuse-record.ts";
import { openStackRoom, type StackRoom } from "./stack-room.ts";

export interface RoomsOptions {
  readonly places: Places;
  readonly roots: FolderRoots;
  readonly processes: Processes;
  readonly sessions: Sessions;
  readonly keeper: Keeper;
  readonly memory: ReuseMemory;
}

type Enter = Pick<OpenSession, "plan" | "environment" | "fresh" | "asItIs">;

export interface Entered {
  readonly room: StackRoom;
  readonly reuse: Reuse;
}

/** Generations of the stack by what shapes them; there is more than one only while a stack file is being edited. */
export interface Rooms {
  readonly count: number;
  /** The room of this plan and environment; opened when there is none. */
  enter(request: Enter): Promise<Entered>;
  all(): Promise<readonly StackRoom[]>;
  /** Ends one; what goes wrong is the caller's to tell. */
  close(room: StackRoom, reason: string): Promise<void>;
  /** Ends all: each failure is told to `onFailure`. */
  stop(reason: string, onFailure: (error: unknown) => void): Promise<void>;
}

export function openRooms(options: RoomsOptions): Rooms {
  const { places, roots, processes, sessions, keeper, memory } = options;
  const rooms = new Map<string, Promise<StackRoom>>();
  const partsOfRooms = new Map<string, readonly StackPart[]>();

  function open(key: string, { plan, environment }: Enter) {
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

  /** Of a room whose start found out what was open before, such as an image that had to be pulled. */
  function keyFitting(parts: readonly StackPart[]): string | undefined {
    return [...partsOfRooms].find(([, made]) => stillFits(made, parts))?.[0];
  }

  return {
    get count() {
      return rooms.size;
    },
    async enter(request) {
      const newest = [...rooms.values()].at(-1);
      if (request.asItIs === true && newest !== undefined)
        return { room: await newest, reuse: memory.attached() };
      const parts = await reusePartsOf(request, await loadEngines(request.plan));
      const fitting = keyFitting(parts) ?? reuseKeyOf(parts);
      const wantsOwn = request.fresh === true && keeper.isKeeping;
      // Runs at the same time share what is theirs; the last one takes it along.
      const key = wantsOwn ? `${fitting}-own` : fitting;
      void rememberEngines(request.plan, places).catch(() => {}); // the next start is a little slower
      for (;;) {
        const before = [...rooms.keys()].flatMap((other) => {
          const made = partsOfRooms.get(other);
          return made === undefined ? [] : [made];
        });
        const known = rooms.get(key);
        const pending = known ?? open(key, request);
        const room = await pending;
        // While we waited its last session may have ended, and the room with it.
        if (rooms.get(key) !== pending) continue;
        if (known !== undefined) {
          // What was open when it was made is known now.
          if (partsOfRooms.has(key) && !parts.some(({ isOpen }) => isOpen))
            partsOfRooms.set(key, parts);
          return { room, reuse: memory.attached() };
        }
        if (wantsOwn) return { room, reuse: memory.openedOwn() };
        partsOfRooms.set(key, parts);
        return { room, reuse: memory.opened(parts, before.at(-1)) };
      }
    },
    all: () => Promise.all(rooms.values()),
    async close(room, reason) {
      rooms.delete(room.key);
      partsOfRooms.delete(room.key);
      await room.stop(reason);
    },
    async stop(reason, onFailure) {
      const all = [...rooms.values()];
      await Promise.all(
        all.map((room) => room.then((opened) => opened.stop(reason)).catch(onFailure)),
      );
    },
  };
}
