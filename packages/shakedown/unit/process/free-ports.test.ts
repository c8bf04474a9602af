import { expect, test } from "vitest";
import { freePorts } from "../../src/process/free-ports.ts";

test("ports that were given out together or a moment ago are all different", async () => {
  const ports = (await Promise.all([freePorts(10), freePorts(10), freePorts(10)])).flat();
  expect(new Set(ports).size).toBe(30);
  expect(ports.every((port) => port > 1023 && port < 65_536)).toBe(true);
});
