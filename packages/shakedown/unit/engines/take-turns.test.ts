import { expect, test } from "vitest";
import { takeTurns } from "../../src/engines/take-turns.ts";

test("no more jobs run at once than allowed, and one that fails makes room", async () => {
  const inTurn = takeTurns(2);
  let running = 0;
  let most = 0;
  const jobs = [1, 2, 3, 4, 5].map((number) =>
    inTurn(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (number === 1) throw new Error("first");
      return number;
    }),
  );
  const results = await Promise.allSettled(jobs);
  expect(most).toBe(2);
  expect(results.map(({ status }) => status)).toEqual([
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
});
