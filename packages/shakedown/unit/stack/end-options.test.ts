import { expect, test } from "vitest";
import { splitEndOptions } from "../../src/stack/end-options.ts";

test("what a service says about its end is taken out of what its engine sees", () => {
  expect(splitEndOptions("db", { restart: "never", stopTimeoutMs: 500, version: "18" })).toEqual({
    end: { restart: "never", stopTimeoutMs: 500 },
    rest: { version: "18" },
    problems: [],
  });
  expect(splitEndOptions("db", { restart: "on-failure" })).toEqual({
    end: {},
    rest: {},
    problems: [],
  });
});

test("other words and times are refused with what to write", () => {
  const { end, problems } = splitEndOptions("db", { restart: "always", stopTimeoutMs: -1 });
  expect(end).toEqual({});
  expect(problems).toEqual([
    { at: "services.db.restart", message: 'is "always"', hint: 'Choose "on-failure" or "never"' },
    {
      at: "services.db.stopTimeoutMs",
      message: "is -1, not a number of milliseconds above 0",
      hint: "For ten seconds write 10_000",
    },
  ]);
});
