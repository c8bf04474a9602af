import { expect, test } from "vitest";
import { execEnvironment } from "../../src/cli/exec-environment.ts";
import type { SlotLease } from "../../src/isolation/lease.ts";

function slotOf(slot: number, outputs: Record<string, Record<string, string>>): SlotLease {
  return {
    slot,
    generation: 0,
    changes: { file: "changes", bytes: 0 },
    services: Object.fromEntries(
      Object.entries(outputs).map(([service, own]) => [
        service,
        { service, engine: "any", per: "slot", outputs: own, control: {} },
      ]),
    ),
  };
}

const usual = { db: { DATABASE_URL: "url" }, cache: { REDIS_URL: "url" } };

test("one worker gets each output, and the usual names", () => {
  const slots = [
    slotOf(0, { db: { url: "pg:0", port: "1" }, "my-api": { url: "http:0", "ports.http": "2" } }),
  ];
  expect(execEnvironment({ slots, usual, mappings: ["TEST_DB=db.url"] })).toEqual({
    SHAKEDOWN_DB_URL: "pg:0",
    SHAKEDOWN_DB_PORT: "1",
    SHAKEDOWN_MY_API_URL: "http:0",
    SHAKEDOWN_MY_API_PORTS_HTTP: "2",
    DATABASE_URL: "pg:0",
    TEST_DB: "pg:0",
    SHAKEDOWN_SLOT: "0",
  });
});

test("several workers find theirs by number, and all of it as JSON", () => {
  const slots = [2, 3].map((slot) => slotOf(slot, { db: { url: `pg:${slot}` } }));
  expect(execEnvironment({ slots, usual, mappings: [] })).toEqual({
    SHAKEDOWN_DB_URL: "pg:2",
    SHAKEDOWN_DB_URL_0: "pg:2",
    SHAKEDOWN_DB_URL_1: "pg:3",
    DATABASE_URL: "pg:2",
    DATABASE_URL_0: "pg:2",
    DATABASE_URL_1: "pg:3",
    SHAKEDOWN_SLOT: "2",
    SHAKEDOWN_SLOTS: JSON.stringify([
      { slot: 2, services: { db: { url: "pg:2" } } },
      { slot: 3, services: { db: { url: "pg:3" } } },
    ]),
  });
});

test("a usual name that two services would give is left out", () => {
  const slots = [slotOf(0, { db: { url: "pg" }, other: { url: "my" } })];
  const both = { db: { DATABASE_URL: "url" }, other: { DATABASE_URL: "url" } };
  expect(execEnvironment({ slots, usual: both, mappings: [] })).not.toHaveProperty("DATABASE_URL");
});

test("a mapping that cannot be made is refused with what there is", () => {
  const slots = [slotOf(0, { db: { url: "pg" } })];
  const withMapping = (mapping: string) => () =>
    execEnvironment({ slots, usual, mappings: [mapping] });
  expect(withMapping("X")).toThrow("--env X is not NAME=service.output");
  expect(withMapping("X=bd.url")).toThrow("no service bd, but db");
  expect(withMapping("X=db.ulr")).toThrow("db gives no ulr, but url");
});
