import { expect, test } from "vitest";
import { chooseShare } from "../../src/cli/choose-share.ts";

const ofSlot = (slot: number) => ({ slot, held: false, outputs: { url: `pg:${slot}` } });
const kept = (reason: string) => ({
  slot: 0,
  kept: { reason, atEpochMs: 1 },
  outputs: { url: `kept:${reason}` },
});
const shares = [ofSlot(2), ofSlot(1), kept('"adds a row" failed'), kept('"drops a row" failed')];

test("without a wish the first worker's, and what all share before it", () => {
  expect(chooseShare(shares, { service: "db" })?.outputs).toEqual({ url: "pg:1" });
  const shared = { outputs: { url: "all" } };
  expect(chooseShare([...shares, shared], { service: "db" })).toBe(shared);
  expect(chooseShare([], { service: "db" })).toBeUndefined();
});

test("a slot that has none yet is no mistake", () => {
  expect(chooseShare(shares, { service: "db", slot: 2 })?.slot).toBe(2);
  expect(chooseShare(shares, { service: "db", slot: 5 })).toBeUndefined();
});

test("of failed tests the last, or the last with that name", () => {
  const of = (failed: string) => chooseShare(shares, { service: "db", failed })?.kept?.reason;
  expect(of("")).toBe('"drops a row" failed');
  expect(of("adds")).toBe('"adds a row" failed');
  expect(() => of("renames")).toThrow('named like "renames"; there is: "adds a row" failed');
  expect(() => chooseShare([], { service: "db", failed: "" })).toThrow("no data of db was kept");
});

test("a test's own name goes before names that hold it, and a name is found as it is printed", () => {
  const newest = [
    kept('"a.test.ts > keeps" failed'),
    kept('"a.test.ts > keeps a camera" failed'),
    kept('"b.test.ts > says \n`hi` \u001B[31mred" failed'),
  ];
  const of = (failed: string) => chooseShare(newest, { service: "db", failed })?.kept?.reason;
  expect(of("keeps")).toBe('"a.test.ts > keeps" failed');
  expect(of("a.test.ts > keeps")).toBe('"a.test.ts > keeps" failed');
  expect(of("says `hi` red")).toContain("b.test.ts");
  expect(() => of("nothing")).toThrow('"b.test.ts > says `hi` red" failed');
});
