import { describe, expect, test } from "vitest";
import { reduceRun } from "../../src/events/reduce-run.ts";
import { colourPaint } from "../../src/kit/paint.ts";
import { textSummary } from "../../src/reports/text-summary.ts";
import { exampleRun, hostileRun } from "./example-run.ts";

describe("textSummary", () => {
  test("points to the user's own code, not into packages or messages", () => {
    const errors = (stack: string) => [{ message: "broke", stack }];
    const place = (stack: string): string | undefined => {
      const events = exampleRun.map((event) =>
        event.type === "test:finished" && event.result.state === "failed"
          ? { ...event, result: { ...event.result, errors: errors(stack) } }
          : event,
      );
      return /^ {7}at (.*)/m.exec(textSummary(reduceRun(events)))?.[1];
    };
    expect(place("Error: bad/001.sql:2:1 broke\n    at /x/node_modules/pg/a.js:1:2")).toBe(
      undefined,
    );
    expect(
      place(
        "Error: broke\n    at go (file:///x/node_modules/a.js:1:2)\n    at async file:///my repö/b.ts:3:4",
      ),
    ).toBe("file:///my repö/b.ts:3:4");
  });

  test("tells what failed, what the services did meanwhile, and the totals last", () => {
    expect(
      textSummary(reduceRun(exampleRun), {
        folder: ".shakedown/runs/2026-11-21-0912-3f9a",
        report: ".shakedown/report/index.html",
      }),
    ).toMatchInlineSnapshot(`
      " ✔ db     postgres 18.4  native  started in 41 ms (data folder from cache)
       ✔ cache  redis                  was running
       ✔ api    command                2 slots ready in 180 ms

       ✖ tests/cameras.test.ts › cameras › deletion › takes its events along
           expected 404 to be 204
             - Expected
             + Received

             - 204
             + 404
             at /app/tests/cameras.test.ts:12:5
           slot 1 · 35 ms · tried 2 times · tags api, slow
           wrote to db: cameras (1 row), events (3 rows)
           log of api (slot 1)
             │ 09:12:00.620 DELETE /api/cameras/front_door 404
           log of mail, other tests' lines included
             │ 09:12:00.621 delivered
           its data in db is kept: psql postgres://127.0.0.1:4000/kept_1

       ✖ api of slot 0 ended while it was needed: exited with code 1
             │ Error: out of luck

       Slowest tests
          340 ms  tests/cameras.test.ts › cameras › lists cameras

       Slots made anew instead of reset
         slot 0, db: CREATE TABLE extra (id int)

       ! outside of all tests: socket hang up

       Time in services: 41 ms to start services, 410 ms for 2 slots, 2.1 ms for 2 resets (1.2 ms at the median)

       1 passed, 1 failed, 1 skipped (6.8 s)
       report: .shakedown/report/index.html   files: .shakedown/runs/2026-11-21-0912-3f9a
      "
    `);
  });

  test("on a screen leaves out what was shown before, and says when kept data went", () => {
    const ended = exampleRun.map((event) =>
      event.type === "run:finished" ? { ...event, keptStays: false } : event,
    );
    const text = textSummary(reduceRun(ended), { services: false, errors: false });
    expect(text).not.toContain("postgres 18.4");
    expect(text).not.toContain("expected 404");
    expect(text).toContain("its data went with the services; to look at it: shakedown run --keep");
  });

  test("lets no control character of a name or a log through, and cuts long lines", () => {
    const text = textSummary(reduceRun(hostileRun));
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F]/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(500);
    expect(text).toContain("cut short");
  });

  test("colours change nothing but colours", () => {
    const coloured = textSummary(reduceRun(exampleRun), { paint: colourPaint });
    // oxlint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001B\[\d+m/g, "")).toBe(textSummary(reduceRun(exampleRun)));
  });

  test("of very many failed tests the first fifty are told", () => {
    const [started, failed] = [hostileRun[0], hostileRun[1]];
    if (started === undefined || failed?.type !== "test:finished")
      throw new Error("the example has changed");
    const many = Array.from({ length: 70 }, (_, index) => ({
      ...failed,
      test: { ...failed.test, id: String(index), name: `number ${index}.` },
    }));
    const text = textSummary(reduceRun([started, ...many]));
    expect(text).toContain("number 49.");
    expect(text).not.toContain("number 50.");
    expect(text).toContain("and 20 more failed tests");
    expect(text).toContain("0 passed, 70 failed");
  });

  test("an empty run has totals only", () => {
    expect(textSummary(reduceRun([]))).toBe(" 0 passed, cut short\n");
  });
});
