/**
 * Who may import whom in packages/shakedown/src, in the order in which a test run flows through the rooms.
 *
 * A room may import the rooms of the lines above its own, and the ground. Rooms of one line do not know each other.
 * `import type` is free everywhere: types leave no trace at run time.
 */
export const levels: readonly (readonly string[])[] = [
  ["errors", "kit", "events"], // the ground: these three may import one another
  ["process", "waits"],
  ["stack"], // evaluates the stack file in a child
  ["providers"],
  ["isolation"],
  ["engines"],
  ["supervisor"],
  ["fixtures"],
  ["runner", "reports", "doctor"],
  ["cli"],
];

/** One file for each export of the package. It may import every room; no room may import it. */
export const publicRoom = "public";

/** Rooms whose folders are variants of one thing: a variant does not import its siblings. */
export const roomsOfVariants: readonly string[] = ["engines"];

/** The exceptions among variants: one that is another one in a different place. */
export const variantsBuiltOnOthers: Readonly<Record<string, readonly string[]>> = {
  "engines/container": ["engines/command"], // a program in an image: the same clients and probes
  "engines/app": ["engines/command"], // your process without the process: the same HTTP and WebSocket clients
};

/** Packages that speak to a service. Each is imported in one file of an engine, when it is first used. */
export const drivers: readonly string[] = ["pg", "pg-copy-streams", "ioredis", "mysql2", "ws"];

/**
 * Modules that are the entry of a process of their own: they read its arguments and environment and end it, as cli/ does
 * for the command.
 */
export const processEntries: readonly string[] = [
  "supervisor/main.ts",
  "stack/loader-child.ts",
  "stack/run-function.ts",
  "providers/container/remove-owned.ts",
];

export interface Reserved {
  /** What the source says, as an expression to look for. */
  readonly pattern: RegExp;
  readonly what: string;
  /** Folders and files (from src) that may use it. */
  readonly allowed: readonly string[];
  readonly reason: string;
}

/** Things that only some rooms touch. Where a single file is excepted, its reason stands beside it. */
export const reserved: readonly Reserved[] = [
  {
    pattern: /["']node:child_process["']/,
    what: "node:child_process",
    allowed: ["process/", "providers/"],
    reason: "children are started where somebody sees to it that they end",
  },
  {
    pattern: /\bprocess\.exit\(|\bprocess\.exitCode = /,
    what: "process.exit",
    allowed: ["cli/", ...processEntries, "runner/run-tests.ts"], // Vitest notes failures in exitCode, and the runner takes it back
    reason: "a library does not decide when its process ends",
  },
  {
    pattern: /\bprocess\.argv\b/,
    what: "process.argv",
    allowed: ["cli/", ...processEntries],
    reason: "arguments are parsed once, in cli/",
  },
  {
    pattern: /\bconsole\.\w+\(/,
    what: "console",
    allowed: ["cli/"],
    reason: "output belongs to whoever called; a room returns data or emits events",
  },
  {
    pattern: /\bprocess\.env\b/,
    what: "process.env",
    allowed: [
      "cli/",
      ...processEntries,
      "fixtures/", // lives in the test's own process, whose environment it saves and puts back
      "engines/app/", // gives the application in that process its environment
      "runner/run-tests.ts", // tells the plugin of the Vitest in its process which session to join
    ],
    reason: "the environment is passed in, so that it can be recorded, hashed and tested",
  },
];
