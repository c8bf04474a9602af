import type { Routes } from "./json-server.ts";

/** Two hours: longer than a meeting, shorter than a night. */
export const defaultIdleMs = 2 * 60 * 60_000;

export interface KeeperOptions {
  /** Somebody holds a session. */
  readonly isBusy: () => boolean;
  /** Nobody came for as long as was said. */
  readonly onIdle: () => void;
}

/** Knows whether services outlive their sessions, and for how long. */
export interface Keeper extends Disposable {
  readonly isKeeping: boolean;
  /** What is kept now: at most one generation of the stack. */
  keeps(roomKey: string): boolean;
  /** `idleMs` 0 is no limit. */
  keep(roomKey: string, idleMs: number): void;
  /** Another generation has taken the place of the one that was kept. */
  moveTo(roomKey: string): void;
  release(): void;
  /** A client was here. */
  touch(): void;
  readonly idleMs: number | undefined;
  /** Undefined while somebody is here, and where there is no limit. */
  readonly stopsAtEpochMs: number | undefined;
}

export function openKeeper({ isBusy, onIdle }: KeeperOptions): Keeper {
  let kept: { readonly roomKey: string; readonly idleMs: number } | undefined;
  let lastSeenEpochMs = Date.now();
  let timer: NodeJS.Timeout | undefined;

  function arm(): void {
    clearTimeout(timer);
    if (kept === undefined || kept.idleMs === 0) return;
    const restMs = lastSeenEpochMs + kept.idleMs - Date.now();
    // Looked at in steps: a limit may be longer than a timer can count, and the machine may sleep.
    timer = setTimeout(look, Math.min(Math.max(restMs, 10), 60_000));
    timer.unref();
  }

  function look(): void {
    if (isBusy()) lastSeenEpochMs = Date.now();
    if (kept !== undefined && Date.now() >= lastSeenEpochMs + kept.idleMs) onIdle();
    else arm();
  }

  return {
    get isKeeping() {
      return kept !== undefined;
    },
    keeps: (roomKey) => kept?.roomKey === roomKey,
    keep(roomKey, idleMs) {
      kept = { roomKey, idleMs };
      lastSeenEpochMs = Date.now();
      arm();
    },
    moveTo(roomKey) {
      if (kept !== undefined) kept = { ...kept, roomKey };
    },
    release() {
      kept = undefined;
      clearTimeout(timer);
    },
    touch() {
      lastSeenEpochMs = Date.now();
      arm();
    },
    get idleMs() {
      return kept?.idleMs;
    },
    get stopsAtEpochMs() {
      return kept === undefined || kept.idleMs === 0 || isBusy()
        ? undefined
        : lastSeenEpochMs + kept.idleMs;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
    },
  };
}

/** Whoever only looks whether somebody is there is no client. */
const looks = new Set(["GET /", "GET /status"]);

/** The same routes; `touch` is called for whatever a client asks. */
export function noticing(touch: () => void, routes: Routes): Routes {
  return Object.fromEntries(
    Object.entries(routes).map(([route, handle]) => [
      route,
      looks.has(route)
        ? handle
        : (call) => {
            touch();
            return handle(call);
          },
    ]),
  );
}
