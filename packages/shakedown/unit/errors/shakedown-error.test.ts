import { describe, expect, test } from "vitest";
import {
  fromWireError,
  isShakedownError,
  ShakedownError,
  toWireError,
  type WireError,
} from "../../src/errors/shakedown-error.ts";

describe("an error that crosses a process border", () => {
  test("arrives with its code, message, hint and details", () => {
    const error = new ShakedownError("WAIT_TIMEOUT", "redis was not ready after 10000 ms", {
      hint: "Read its log: shakedown logs redis",
      details: { tries: 12, lastSeen: null },
    });
    const arrived = fromWireError(JSON.parse(JSON.stringify(error)) as WireError);
    expect(arrived).toBeInstanceOf(ShakedownError);
    expect(toWireError(arrived)).toEqual({
      code: "WAIT_TIMEOUT",
      message: "redis was not ready after 10000 ms",
      hint: "Read its log: shakedown logs redis",
      details: { tries: 12, lastSeen: null },
    });
  });

  test("leaves out a hint and details that it does not have", () => {
    expect(toWireError(new ShakedownError("INTERNAL", "odd"))).toEqual({
      code: "INTERNAL",
      message: "odd",
    });
  });

  test("that is not ours becomes INTERNAL and keeps its stack", () => {
    const wire = toWireError(new TypeError("x is not a function"));
    expect(wire).toMatchObject({ code: "INTERNAL", message: "x is not a function" });
    expect(wire.details?.["stack"]).toContain("shakedown-error.test.ts");
  });

  test("that is no Error at all is told as text", () => {
    expect(toWireError("boom")).toMatchObject({ code: "INTERNAL", message: "boom" });
  });

  test("with a code of a newer version becomes INTERNAL and keeps its message", () => {
    const wire = { code: "FROM_THE_FUTURE", message: "what it said" } as unknown as WireError;
    expect(fromWireError(wire)).toMatchObject({ code: "INTERNAL", message: "what it said" });
  });
});

describe("isShakedownError", () => {
  test("knows an error of another copy of the package by its brand", () => {
    const foreign = Object.assign(new Error("elsewhere"), {
      [Symbol.for("shakedown.error")]: true,
    });
    expect(isShakedownError(foreign)).toBe(true);
  });

  test.each([[new Error("plain")], [undefined], [null], ["text"], [{ code: "INTERNAL" }]])(
    "does not take %s for one",
    (value) => {
      expect(isShakedownError(value)).toBe(false);
    },
  );
});

test("an error keeps what caused it", () => {
  const cause = new Error("ECONNREFUSED");
  expect(new ShakedownError("START_FAILED", "db could not be started", { cause }).cause).toBe(
    cause,
  );
  expect("cause" in new ShakedownError("START_FAILED", "db could not be started")).toBe(false);
});
