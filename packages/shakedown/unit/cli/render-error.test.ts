import { describe, expect, test } from "vitest";
import { renderError } from "../../src/cli/render-error.ts";
import { ShakedownError } from "../../src/errors/shakedown-error.ts";
import { plainPaint } from "../../src/kit/paint.ts";

const render = (error: unknown): string => renderError(error, plainPaint);

describe("renderError", () => {
  test("lays out what was checked, the log's end and the remedy", () => {
    const error = new ShakedownError("START_FAILED", "db was not ready after 10000 ms", {
      details: {
        checked: "select 1 on 127.0.0.1:5432",
        tries: 12,
        lastSeen: "",
        logTail: ["LOG: starting", "FATAL: no space"],
        passedOver: [{ kind: "native", reason: "not found" }],
      },
      hint: "Read its log: shakedown logs db",
    });
    expect(render(error)).toMatchInlineSnapshot(`
      "✖ db was not ready after 10000 ms

        checked  select 1 on 127.0.0.1:5432
        tries    12
        log tail
          │ LOG: starting
          │ FATAL: no space
        passed over
          kind native  reason not found

      → Read its log: shakedown logs db
        START_FAILED
      "
    `);
  });

  test("does not tell again below what the message tells", () => {
    const error = new ShakedownError(
      "STACK_INVALID",
      "a.stack.ts has 1 mistake:\n\n  1. services.db\n     no such folder",
      {
        details: {
          file: "a.stack.ts",
          problems: [{ at: "services.db", message: "no such folder" }],
          logTail: ["no such folder"],
        },
      },
    );
    expect(render(error)).toMatchInlineSnapshot(`
      "✖ a.stack.ts has 1 mistake:

          1. services.db
             no such folder

        log tail
          │ no such folder

        STACK_INVALID
      "
    `);
  });

  test("lists problems that the message only counts", () => {
    const error = new ShakedownError("STACK_INVALID", "2 mistakes", {
      details: {
        problems: [
          { at: "a", message: "wrong\nvery", hint: "Fix it" },
          { at: "b", message: "worse" },
        ],
      },
    });
    expect(render(error)).toMatchInlineSnapshot(`
      "✖ 2 mistakes

        problems
          a: wrong
            very
            → Fix it
          b: worse

        STACK_INVALID
      "
    `);
  });

  test("lets no escape sequence of a log reach the terminal", () => {
    const error = new ShakedownError("START_FAILED", "db\u001B[2J died\u0007", {
      details: { logTail: ["\u001B]0;title\u0007ok\rover"] },
      hint: "a\nb",
    });
    // oxlint-disable-next-line no-control-regex
    expect(render(error)).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  });

  test("shows the stack of an error that is not ours", () => {
    expect(render(new TypeError("x is not a function"))).toContain(
      "TypeError: x is not a function\n      at",
    );
    expect(render("only a string")).toContain("only a string");
  });
});
