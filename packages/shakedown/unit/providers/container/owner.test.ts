import { expect, test } from "vitest";
import {
  expiryLabel,
  expiryText,
  isLeftBehind,
  ownerLabel,
  ownerText,
  ownOwner,
  parseOwner,
} from "../../../src/providers/container/owner.ts";

const own = ownOwner();
const hour = 3_600_000;

function labels(owner: typeof own, expiresInMs: number): Record<string, string> {
  const expires = new Date(Date.now() + expiresInMs).toISOString();
  return { [ownerLabel]: ownerText(owner), [expiryLabel]: expires };
}

test("an owner is told by host, boot, pid and start time, and read back", () => {
  expect(parseOwner(ownerText(own))).toEqual(own);
  expect(parseOwner("nonsense")).toBeUndefined();
});

test("a living owner keeps its containers whatever their age; a dead one, or one before the last boot, does not", () => {
  expect(isLeftBehind(labels(own, -hour))).toBe(false);
  expect(isLeftBehind(labels({ ...own, startTime: "1" }, hour))).toBe(true);
  expect(isLeftBehind(labels({ ...own, boot: "before" }, hour))).toBe(true);
});

test("an owner on another host, or in another container, has until the expiry", () => {
  const foreign = { ...own, host: "another", pid: 1 };
  expect(isLeftBehind(labels(foreign, hour))).toBe(false);
  expect(isLeftBehind(labels(foreign, -hour))).toBe(true);
  expect(isLeftBehind({ [ownerLabel]: ownerText(foreign) })).toBe(true);
  expect(Date.parse(expiryText(0))).toBe(24 * hour);
});
