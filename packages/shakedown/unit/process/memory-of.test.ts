import { expect, test } from "vitest";
import { memoryOf } from "../../src/process/memory-of.ts";

test("a process has its memory, and one that is gone has none", () => {
  const own = memoryOf([process.pid]);
  expect(own).toBeGreaterThan(5_000_000);
  expect(own).toBeLessThan(2_000_000_000);
  expect(memoryOf([])).toBe(0);
  expect(memoryOf([2 ** 30])).toBe(0);
});
