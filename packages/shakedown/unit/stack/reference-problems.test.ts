import { expect, test } from "vitest";
import type { References } from "../../src/stack/service.ts";
import { fake } from "./fake-service.ts";
import { mistakes } from "./mistakes.ts";

const db = fake();
const api = (env: (references: References) => unknown) =>
  fake({ outputs: ["url", "ports.http", "ports.admin"], env });

test("a service that does not exist, with the nearest name", async () => {
  expect(await mistakes({ db, api: api(({ dbb }) => ({ DATABASE_URL: dbb.url })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env.DATABASE_URL
         refers to dbb, which is not a service of this stack
         → Did you mean db?"
  `);
});

test("a service that does not exist and is like no other", async () => {
  expect(await mistakes({ db, api: api(({ mailbox }) => ({ SMTP: mailbox.url })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env.SMTP
         refers to mailbox, which is not a service of this stack
         → The other services: db"
  `);
});

test("an output that does not exist, with the nearest one", async () => {
  expect(await mistakes({ db, api: api(({ db }) => ({ DATABASE_URL: `${db.ulr}?a=b` })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env.DATABASE_URL
         refers to db.ulr, which does not exist
         → Did you mean db.url? db has: url, host, port"
  `);
});

test("an output that an engine computed from its options", async () => {
  expect(await mistakes({ api: api(({ self }) => ({ PORT: self.ports.htpt })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env.PORT
         refers to self.ports.htpt, which does not exist
         → Did you mean self.ports.http? self has: url, ports.http, ports.admin"
  `);
});

test("a group of outputs where a value is wanted", async () => {
  expect(await mistakes({ api: api(({ self }) => ({ PORT: self.ports })) })).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env.PORT
         uses self.ports as a value, but it is a group
         → Choose one of: self.ports.http, self.ports.admin"
  `);
});

test("a whole service where one of its outputs is wanted", async () => {
  expect(await mistakes({ db, api: api(({ db }) => ({ A: db, B: `${db}` })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 2 mistakes:

      1. services.api.env.A
         uses db as a value, but it is a whole service
         → Choose one of its outputs, such as db.url

      2. services.api.env.B
         uses db as a value, but it is a whole service
         → Choose one of its outputs, such as db.url"
  `);
});

test("the service itself by its own name", async () => {
  expect(await mistakes({ api: api(({ api }) => ({ PUBLIC_URL: api.url })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env.PUBLIC_URL
         refers to api.url, which is the service itself
         → Write self.url"
  `);
});

test("arithmetic with what is not known yet", async () => {
  expect(
    await mistakes({
      db,
      api: api(({ db }) => ({
        A: db.port + 1,
        B: db.port * 2,
        C: Number(db.port),
        D: parseInt(db.port, 10),
      })),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 4 mistakes:

      1. services.api.env.B
         calculates with db.port, which is a placeholder while the stack is loaded
         → Pass db.port on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]

      2. services.api.env.C
         calculates with db.port, which is a placeholder while the stack is loaded
         → Pass db.port on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]

      3. services.api.env.D
         calculates with db.port, which is a placeholder while the stack is loaded
         → Pass db.port on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]

      4. services.api.env.A
         calculates with db.port, which is a placeholder while the stack is loaded
         → Pass db.port on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]"
  `);
});

test("arithmetic whose result is only looked at", async () => {
  expect(await mistakes({ db, api: api(({ db }) => ({ A: db.port > 1024 ? "high" : "low" })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env
         calculates with db.port, which is a placeholder while the stack is loaded
         → Pass db.port on as it is and calculate in the service; for a second port, ask for one: ports: ["other"]"
  `);
});

test("a method of text that is not known yet", async () => {
  expect(await mistakes({ db, api: api(({ db }) => ({ A: db.url.replace("postgres:", "pg:") })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env
         calls db.url.replace(), but db.url is a placeholder while the stack is loaded
         → Pass db.url on as it is, or build text around it: \`\${db.url}/path\`"
  `);
});

test("text that is encoded before it is known", async () => {
  expect(
    await mistakes({
      db,
      api: api(({ db }) => ({ A: encodeURIComponent(db.url), B: `${db.host}`.toUpperCase() })),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 3 mistakes:

      1. services.api.env
         changes the text of db.url, which is a placeholder while the stack is loaded
         → Pass db.url on as it is and encode it in the service

      2. services.api.env
         changes the text of db.host, which is a placeholder while the stack is loaded
         → Pass db.host on as it is and encode it in the service

      3. services.api.env.B
         refers to DB, which is not a service of this stack
         → Did you mean db?"
  `);
});

test("a function that throws", async () => {
  expect(await mistakes({ db, api: api(({ db }) => ({ A: new URL(db.url).host })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env
         threw TypeError: Invalid URL
         → References are placeholders while the stack is loaded: pass them on as they are, or build text around them"
  `);
});

test("a function that is async", async () => {
  expect(await mistakes({ db, api: api(async ({ db }) => ({ A: await db.url })) }))
    .toMatchInlineSnapshot(`
    "shakedown.stack.ts has 1 mistake:

      1. services.api.env
         is an async function
         → Make it a plain function, and await what it needs before defineStack"
  `);
});

test("names in `after`", async () => {
  expect(
    await mistakes({
      cache: fake(),
      api: fake({ after: ["cahce", "api", 3 as unknown as string] }),
      web: fake({ after: "api" as never }),
    }),
  ).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 4 mistakes:

      1. services.api.after[0]
         names cahce, which is not a service of this stack
         → Did you mean cache?

      2. services.api.after[1]
         names the service itself
         → Take it out

      3. services.api.after[2]
         is not the name of a service
         → Write its name as text: "db"

      4. services.web.after
         is not a list of service names
         → Write after: ["db"]"
  `);
});
