import { expect, test } from "vitest";
import { openKeeper } from "../../src/supervisor/idle-stop.ts";
import { until } from "../../src/kit/until.ts";

test("what nobody uses is given up after its time, but not while somebody is there", async () => {
  let busy = true;
  let ended = 0;
  using keeper = openKeeper({ isBusy: () => busy, onIdle: () => (ended += 1) });
  keeper.keep("a", 40);
  expect(keeper.stopsAtEpochMs).toBeUndefined();
  const endOfSession = Date.now() + 100;
  await until(() => Date.now() > endOfSession, { what: "longer than the limit" });
  expect(ended).toBe(0);
  busy = false;
  keeper.touch();
  expect(keeper.stopsAtEpochMs).toBeGreaterThan(Date.now());
  await until(() => ended > 0, { what: "the end" });
  expect(ended).toBe(1);
});

test("without a limit nothing ends, and a place can be handed on", () => {
  using keeper = openKeeper({ isBusy: () => false, onIdle: () => {} });
  expect(keeper.isKeeping).toBe(false);
  keeper.keep("a", 0);
  expect(keeper.stopsAtEpochMs).toBeUndefined();
  keeper.moveTo("b");
  expect([keeper.keeps("a"), keeper.keeps("b"), keeper.isKeeping]).toEqual([false, true, true]);
  keeper.release();
  expect(keeper.isKeeping).toBe(false);
});
