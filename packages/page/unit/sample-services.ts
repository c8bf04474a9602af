import type { RunEvent } from "../../shakedown/src/events/run-event.ts";

interface SampleServicesOptions {
  readonly workers: number;
  readonly startEpochMs: number;
}

/** Five services with what waited for what, and each worker's slot. */
export function sampleServices({ workers, startEpochMs }: SampleServicesOptions): {
  readonly events: RunEvent[];
  readonly readyEpochMs: number;
} {
  const at = (ms: number): number => startEpochMs + ms;
  const native = (version: string, reason: string) => ({
    kind: "native",
    version,
    reason,
    passedOver: [
      { kind: "external", reason: "no TEST_DATABASE_URL in the environment" },
      { kind: "running", reason: "nothing listens on its usual port" },
    ],
  });
  const program = (version: string) => ({
    kind: "native",
    version,
    reason: "the stack's own program",
    passedOver: [],
  });
  const events: RunEvent[] = [
    { type: "service:starting", service: "db", waitedFor: [], atEpochMs: at(180) },
    { type: "service:starting", service: "cache", waitedFor: [], atEpochMs: at(181) },
    { type: "service:starting", service: "mail", waitedFor: [], atEpochMs: at(182) },
    {
      type: "service:ready",
      service: "mail",
      tookMs: 12,
      engine: "smtp",
      provider: program("built in"),
      attached: false,
      atEpochMs: at(194),
    },
    {
      type: "service:ready",
      service: "cache",
      tookMs: 48,
      engine: "redis",
      provider: native("redis 7.0.15", "redis-server on PATH"),
      attached: false,
      atEpochMs: at(229),
    },
    {
      type: "service:progress",
      service: "db",
      step: "data folder from the pack",
      atEpochMs: at(205),
    },
    { type: "service:progress", service: "db", step: "server answers", atEpochMs: at(340) },
    { type: "service:progress", service: "db", step: "migrating 14 of 14", atEpochMs: at(352) },
    {
      type: "service:ready",
      service: "db",
      tookMs: 412,
      engine: "postgres",
      provider: native("postgres 16.4", "found in /usr/lib/postgresql/16/bin"),
      note: "migrated 14 files in 230 ms",
      attached: false,
      atEpochMs: at(592),
    },
    { type: "service:starting", service: "api", waitedFor: ["db", "cache"], atEpochMs: at(592) },
    {
      type: "service:ready",
      service: "api",
      tookMs: 310,
      engine: "command",
      provider: program("node src/server.ts"),
      attached: false,
      atEpochMs: at(902),
    },
    {
      type: "service:starting",
      service: "worker",
      waitedFor: ["db", "cache", "api"],
      atEpochMs: at(903),
    },
    {
      type: "service:ready",
      service: "worker",
      tookMs: 95,
      engine: "command",
      provider: program("node src/worker.ts"),
      attached: false,
      atEpochMs: at(998),
    },
  ];
  for (let slot = 0; slot < workers; slot += 1) {
    const from = 1000 + slot * 6;
    events.push(
      {
        type: "service:ready",
        service: "db",
        slot,
        tookMs: 38,
        engine: "postgres",
        attached: false,
        atEpochMs: at(from + 38),
      },
      {
        type: "service:ready",
        service: "cache",
        slot,
        tookMs: 9,
        engine: "redis",
        attached: false,
        atEpochMs: at(from + 12),
      },
      {
        type: "service:ready",
        service: "api",
        slot,
        tookMs: 160,
        engine: "command",
        attached: false,
        atEpochMs: at(from + 198),
      },
      { type: "slot:leased", slot, generation: 0, tookMs: 205, atEpochMs: at(from + 205) },
    );
  }
  return { events, readyEpochMs: at(1000 + workers * 6 + 210) };
}

/** A process that ends and comes back, one that never starts, one that will not stop. */
export function sampleTrouble({
  startEpochMs,
}: Pick<SampleServicesOptions, "startEpochMs">): RunEvent[] {
  const at = (ms: number): number => startEpochMs + ms;
  const line = (ms: number, text: string): string => `${new Date(at(ms)).toISOString()} ${text}`;
  return [
    { type: "service:starting", service: "search", waitedFor: ["db"], atEpochMs: at(593) },
    {
      type: "service:failed",
      service: "search",
      error: {
        code: "INTERNAL",
        message: "search did not become ready within 10 s: nothing listens on 127.0.0.1:41877",
        hint: "Look at its log: shakedown logs search",
        details: {
          logTail: [
            line(700, "out loading the index"),
            line(1400, "err \u001B[31mFATAL\u001B[39m java.lang.OutOfMemoryError: Java heap space"),
          ],
        },
      },
      atEpochMs: at(10_593),
    },
    {
      type: "service:exited",
      service: "api",
      slot: 1,
      how: "ended by signal SIGSEGV after 1.9 s",
      logTail: [
        line(2890, "out GET /api/events 200 2 ms"),
        line(2900, "err Segmentation fault (core dumped)"),
      ],
      atEpochMs: at(2900),
    },
    {
      type: "service:ready",
      service: "api",
      slot: 1,
      tookMs: 171,
      engine: "command",
      attached: false,
      atEpochMs: at(3100),
    },
    {
      type: "service:stopped",
      service: "worker",
      tookMs: 5000,
      error: { code: "INTERNAL", message: "worker did not stop within 5 s and was ended by force" },
      atEpochMs: at(10_900),
    },
  ];
}
