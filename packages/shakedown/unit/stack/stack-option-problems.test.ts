import { expect, test } from "vitest";
import type { References } from "../../src/stack/service.ts";
import { fake } from "./fake-service.ts";
import { mistakes } from "./mistakes.ts";

test("options of the stack", async () => {
  expect(
    await mistakes({ db: fake() }, { startTimeoutMS: 5, startTimeoutMs: "5s", name: "" } as never),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 3 mistakes:

      1. options.startTimeoutMS
         is not an option of a stack
         → Did you mean startTimeoutMs?

      2. options.name
         is not a text
         → Give a name, such as "shop"

      3. options.startTimeoutMs
         is "5s", not a number of milliseconds above 0
         → For three minutes write 180_000"
  `);
});

test("a stack without services", async () => {
  expect(await mistakes({})).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services
         is empty
         → Add a service: defineStack({ db: postgres() })"
  `);
});

test("a lifetime that does not exist", async () => {
  expect(await mistakes({ db: fake({ per: "worker" as never }) })).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.db.per
         is "worker"
         → Choose "run", "slot" or "test""
  `);
});

test("what engines have to say, beside everything else", async () => {
  expect(
    await mistakes({
      db: fake({ flavour: "vanilla", folder: "db/migrations" }),
      api: fake({ env: ({ bd }: References) => ({ DATABASE_URL: bd.url }) }),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 3 mistakes:

      1. services.db.flavour
         is not an option of fake
         → Take it out

      2. services.db.folder
         db/migrations does not exist
         → Make it: mkdir db/migrations

      3. services.api.env.DATABASE_URL
         refers to bd, which is not a service of this stack
         → Did you mean db?"
  `);
});
