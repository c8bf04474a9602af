import { describe, expect, test } from "vitest";
import { nearest } from "../../src/kit/nearest.ts";

describe("the nearest name", () => {
  test.each([
    ["postgers", "postgres"],
    ["chache", "cache"],
    ["bd", "db"],
    ["DB", "db"],
    ["migration", "migrate"],
    ["ap", "api"],
  ])("for %s is %s", (word, meant) => {
    expect(nearest(word, ["db", "cache", "api", "postgres", "migrate"])).toBe(meant);
  });

  test("is nothing when no name is close: a wrong suggestion is worse than none", () => {
    expect(nearest("mailbox", ["db", "cache", "api"])).toBeUndefined();
  });

  test("is nothing among no names", () => {
    expect(nearest("db", [])).toBeUndefined();
  });
});
