import { expect, test } from "vitest";
import { renderStatus } from "../../src/cli/render-status.ts";
import { plainPaint } from "../../src/kit/paint.ts";

test("status shows services, where they came from, slots and sessions", () => {
  const text = renderStatus(
    {
      pid: 7,
      startTime: "1",
      protocol: 1,
      version: "0.1.0",
      stackFile: "/app/shakedown.stack.ts",
      startedEpochMs: 1000,
      memoryBytes: 61_000_000,
      keep: false,
      sessions: [
        { id: "s", purpose: "run", holder: { pid: 8, startTime: "2" }, sinceEpochMs: 61_000 },
      ],
      services: [
        {
          name: "db",
          engine: "postgres",
          per: "slot",
          state: "ready",
          url: "postgres://127.0.0.1:4000/app",
          provider: {
            kind: "native",
            version: "postgres 18.4",
            reason: "found in PATH",
            passedOver: [{ kind: "external", reason: "no URL given" }],
          },
        },
        { name: "cache", engine: "redis", per: "run", state: "idle" },
      ],
      slots: [
        { slot: 0, generation: 2, held: true, services: ["db"] },
        { slot: 1, generation: 0, held: false, services: ["db", "api"] },
      ],
      kept: ["db", "cache"].map((service) => ({
        service,
        slot: 0,
        reason: '"adds a row" failed',
        atEpochMs: 62_000,
      })),
    },
    { nowEpochMs: 73_500, paint: plainPaint, columns: 80 },
  );
  expect(text).toMatchInlineSnapshot(`
    " stack       /app/shakedown.stack.ts
     supervisor  pid 7, version 0.1.0, up 1 min 13 s, 61 MB
                 ends with its last client

     service  state            from                  memory  up
     db       ready, per slot  native postgres 18.4
              postgres://127.0.0.1:4000/app
     cache    idle

     db          native: found in PATH
                 not external: no URL given

     slot 0  held  db       made anew 2 times
     slot 1  free  db, api

     kept  db, cache, as "adds a row" left it

     client of run, pid 8, for 12.5 s
    "
  `);
});
