import { afterEach, expect, test } from "vitest";
import { testBegins, testEnds, withinTest } from "../../src/kit/test-limit.ts";

// This process runs tests of its own, and goes on with their limits.
afterEach(testEnds);

test("a wait ends before the test that waits", () => {
  testBegins(5000);
  expect(withinTest(10_000)).toBeGreaterThan(4000);
  expect(withinTest(10_000)).toBeLessThan(5000);
  expect(withinTest(1000)).toBe(1000);
});

test("a test that is nearly over still looks once", () => {
  testBegins(100);
  expect(withinTest(5000)).toBe(50);
});

test("outside of tests, and in tests without a limit, a wait has its own", () => {
  for (const limitMs of [0, undefined, Number.POSITIVE_INFINITY]) {
    testBegins(limitMs);
    expect(withinTest(5000)).toBe(5000);
  }
});
