import { expect, test } from "vitest";
import { reasonsBetween, reasonText } from "../../src/supervisor/reuse-reasons.ts";

test("what changed is told by service, in words, with values where they may be shown", () => {
  const before = [
    { what: "shakedown", hash: "0.1.0 a", shown: "0.1.0" },
    { what: "Node.js", hash: "24", shown: "24" },
    { what: "SHAKEDOWN_PREFER", hash: "1" },
    { service: "db", what: "version", hash: "17", shown: '"17"' },
    { service: "db", what: "migration db/1.sql", hash: "1" },
    { service: "db", what: "migration db/2.sql", hash: "2" },
    { service: "cache", what: "engine", hash: "redis" },
  ];
  const after = [
    { what: "shakedown", hash: "0.1.0 b", shown: "0.1.0" },
    { what: "Node.js", hash: "26", shown: "26" },
    { what: "SHAKEDOWN_PREFER", hash: "2" },
    { service: "db", what: "version", hash: "18", shown: '"18"' },
    { service: "db", what: "migration db/1.sql", hash: "other" },
    { service: "db", what: "migration db/3.sql", hash: "3" },
    { service: "mail", what: "engine", hash: "smtp" },
  ];
  expect(reasonsBetween(before, after).map(reasonText)).toEqual([
    "another build of shakedown 0.1.0",
    "Node.js changed from 24 to 26",
    "SHAKEDOWN_PREFER changed",
    'db: version changed from "17" to "18"',
    "db: migration db/1.sql changed",
    "db: migration db/3.sql is new",
    "db: migration db/2.sql is gone",
    "mail: is new",
    "cache: was taken out",
  ]);
  expect(reasonsBetween(before, before)).toEqual([]);
});
