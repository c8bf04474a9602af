import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keepSettings } from "../../src/stack/keep-settings.ts";

let folder = "";
const plan = (): { file: string } => ({ file: join(folder, "shakedown.stack.ts") });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sd-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("a run keeps nothing unless told: by a flag, a variable, or .env.test beside the stack", async () => {
  const twoHours = { keep: { idleMs: 7_200_000 } };
  expect(keepSettings(plan(), {})).toEqual({});
  expect(keepSettings(plan(), {}, { keep: true })).toEqual(twoHours);
  expect(keepSettings(plan(), { SHAKEDOWN_KEEP: "1" })).toEqual(twoHours);
  await writeFile(join(folder, ".env.test"), "SHAKEDOWN_KEEP=1\nSHAKEDOWN_IDLE_MINUTES=5\n");
  expect(keepSettings(plan(), {})).toEqual({ keep: { idleMs: 300_000 } });
  expect(keepSettings(plan(), { SHAKEDOWN_KEEP: "0" })).toEqual({});
});

test("how long is said by the flag, the variable or the stack, in this order", () => {
  const withLimit = { ...plan(), idleMinutes: 10 };
  const idle = (environment: Record<string, string>, idleMinutes?: string): number | undefined =>
    keepSettings(withLimit, environment, { keep: true, idleMinutes }).keep?.idleMs;
  expect(idle({})).toBe(600_000);
  expect(idle({ SHAKEDOWN_IDLE_MINUTES: "0.5" })).toBe(30_000);
  expect(idle({ SHAKEDOWN_IDLE_MINUTES: "0.5" }, "0")).toBe(0);
  expect(() => idle({}, "soon")).toThrow('--idle-minutes is "soon"');
  expect(() => idle({ SHAKEDOWN_IDLE_MINUTES: "x" })).toThrow("SHAKEDOWN_IDLE_MINUTES");
  expect(() => keepSettings(plan(), { SHAKEDOWN_KEEP: "maybe" })).toThrow("neither 1 nor 0");
});

test("on CI a run has services of its own, unless it is told to keep", () => {
  expect(keepSettings(plan(), { CI: "true" })).toEqual({ fresh: true });
  expect(keepSettings(plan(), { CI: "false" })).toEqual({});
  expect(keepSettings(plan(), { CI: "true", SHAKEDOWN_KEEP: "1" })).not.toHaveProperty("fresh");
  expect(keepSettings(plan(), {}, { fresh: true })).toEqual({ fresh: true });
});
