import { expect, test } from "vitest";
import type { References } from "../../src/stack/service.ts";
import { fake } from "./fake-service.ts";
import { mistakes } from "./mistakes.ts";

const uses = (name: string) =>
  fake({ env: (references: References) => ({ URL: references[name].url }) });

test("a cycle, as a path", async () => {
  expect(
    await mistakes({
      db: fake(),
      api: uses("worker"),
      worker: uses("mail"),
      mail: fake({ after: ["api", "db"] }),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api
         is in a cycle: api → worker → mail → api; each waits for the next, so none can start first
         → Take one of these references (or \`after\` entries) out, or let one side learn the other's address after the start"
  `);
});

test("two cycles", async () => {
  expect(await mistakes({ a: uses("b"), b: uses("a"), c: uses("d"), d: uses("c") }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 2 mistakes:

      1. services.a
         is in a cycle: a → b → a; each waits for the next, so none can start first
         → Take one of these references (or \`after\` entries) out, or let one side learn the other's address after the start

      2. services.c
         is in a cycle: c → d → c; each waits for the next, so none can start first
         → Take one of these references (or \`after\` entries) out, or let one side learn the other's address after the start"
  `);
});

test("a service of the run on a service of a slot", async () => {
  expect(
    await mistakes({
      db: fake(),
      scheduler: fake({ per: "run", env: ({ db }: References) => ({ DATABASE_URL: db.url }) }),
      web: fake({ per: "run", env: ({ scheduler }: References) => ({ SCHEDULER: scheduler.url }) }),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.scheduler
         is one for the whole run and refers to db, of which there is one for each slot
         → Either run scheduler as often, with per: "slot"; or give it one of its own that lasts as long: dbForScheduler: fake({ per: "run", … })"
  `);
});

test("services that outlive what they wait for", async () => {
  expect(
    await mistakes({
      page: fake({ per: "test" }),
      api: fake({ per: "slot", after: ["page"] }),
      db: fake({ per: "run", after: ["page"] }),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 2 mistakes:

      1. services.api
         is one for each slot and waits for page, of which there is one for each test
         → Either run api as often, with per: "test"; or give it one of its own that lasts as long: pageForApi: fake({ per: "slot", … })

      2. services.db
         is one for the whole run and waits for page, of which there is one for each test
         → Either run db as often, with per: "test"; or give it one of its own that lasts as long: pageForDb: fake({ per: "run", … })"
  `);
});
