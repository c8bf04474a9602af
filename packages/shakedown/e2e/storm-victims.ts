import type { Seen } from "./storm-census.ts";

/** Kinds of processes of a run, by their command lines. */
export const kinds = {
  runner: /dist\/cli\/main\.js run/,
  worker: /vitest\/dist\/workers\//,
  supervisor: /supervisor\/main\.js/,
  watcher: /eval "\$leash"/,
  postmaster: /postgres .*-D /,
  backend: /^postgres: .*db_test/,
  redis: /redis-server|valkey-server/,
  service: /node server\.mjs|\/node server\.mjs/,
} as const;

export type Kind = keyof typeof kinds;

export interface Blow {
  readonly name: string;
  /** All of them are hit, one right after the other. The first one is waited for. */
  readonly targets: readonly Kind[];
  readonly signal: NodeJS.Signals;
  /** Nobody is left who could tidy up: the next command does. */
  readonly nobodyIsLeft?: true;
  /** The supervisor hangs: `down` ends it. */
  readonly hangs?: true;
}

const all: readonly Kind[] = [
  "watcher",
  "supervisor",
  "runner",
  "worker",
  "postmaster",
  "backend",
  "redis",
  "service",
];

/** What may befall a run. The watcher goes before the supervisor, or it would have done its work. */
export const blows: readonly Blow[] = [
  { name: "runner", targets: ["runner"], signal: "SIGKILL" },
  { name: "runner, SIGTERM", targets: ["runner"], signal: "SIGTERM" },
  { name: "runner, SIGINT", targets: ["runner"], signal: "SIGINT" },
  { name: "runner, SIGINT twice", targets: ["runner", "runner"], signal: "SIGINT" },
  { name: "runner, SIGHUP", targets: ["runner"], signal: "SIGHUP" },
  { name: "worker", targets: ["worker"], signal: "SIGKILL" },
  { name: "supervisor", targets: ["supervisor"], signal: "SIGKILL" },
  { name: "supervisor, SIGTERM", targets: ["supervisor"], signal: "SIGTERM" },
  { name: "supervisor, SIGTERM twice", targets: ["supervisor", "supervisor"], signal: "SIGTERM" },
  { name: "watcher", targets: ["watcher"], signal: "SIGKILL" },
  { name: "postmaster", targets: ["postmaster"], signal: "SIGKILL" },
  { name: "backend", targets: ["backend"], signal: "SIGKILL" },
  { name: "redis", targets: ["redis"], signal: "SIGKILL" },
  { name: "service", targets: ["service"], signal: "SIGKILL" },
  { name: "runner and supervisor", targets: ["supervisor", "runner"], signal: "SIGKILL" },
  { name: "postmaster and supervisor", targets: ["postmaster", "supervisor"], signal: "SIGKILL" },
  {
    name: "watcher, then supervisor",
    targets: ["watcher", "supervisor"],
    signal: "SIGKILL",
    nobodyIsLeft: true,
  },
  { name: "everything, as in a power cut", targets: all, signal: "SIGKILL", nobodyIsLeft: true },
  { name: "supervisor hangs", targets: ["supervisor"], signal: "SIGSTOP", hangs: true },
];

export type Moment = "start" | "tests" | "stop";
export const moments: readonly Moment[] = ["start", "tests", "stop"];

/** After the run was started, its first test has run, its last test has run. */
export const mostDelayMs: Readonly<Record<Moment, number>> = { start: 600, tests: 300, stop: 120 };

/**
 * Workers and what they are connected to are the first to go when a run stops. And a worker that dies before it has told
 * Vitest of itself is waited for by Vitest for a minute.
 */
export function canMeet(moment: Moment, targets: readonly Kind[]): boolean {
  const [first] = targets;
  if (first === "worker") return moment === "tests";
  return moment !== "stop" || first !== "backend";
}

/** Hits what is there of the targets; all processes of a kind when there are several. Gives how many. */
export function strike({ targets, signal }: Blow, seen: readonly Seen[]): number {
  let hit = 0;
  for (const kind of targets) {
    for (const { identity, command } of seen) {
      if (!kinds[kind].test(command)) continue;
      try {
        process.kill(identity.pid, signal);
        hit += 1;
      } catch {
        // It ended by itself in this moment.
      }
    }
  }
  return hit;
}
