import { expect, test } from "vitest";
import { type AppOptions, app } from "../../../src/engines/app/service.ts";
import { mistakes } from "../../stack/mistakes.ts";

test("a good application has no mistakes", async () => {
  const handler = () => () => new Response("here");
  expect(await mistakes({ api: app({ handler }) })).toBe("no mistakes");
  expect(
    await mistakes({ api: app({ handler, env: () => ({ A: "1" }), onReset: () => undefined }) }),
  ).toBe("no mistakes");
});

test("everything wrong is told at once", async () => {
  const options = { handlers: 1, env: "A=1", onReset: "restart", per: "run" };
  expect(await mistakes({ api: app(options as unknown as AppOptions) })).toMatchInlineSnapshot(`
    "shakedown.stack.ts has 5 mistakes:

      1. services.api.handler
         is missing
         → Add handler

      2. services.api.env
         is not an object

      3. services.api.onReset
         is none of "nothing", "recreate" and a function

      4. services.api.handlers
         is not an option
         → Did you mean handler?

      5. services.api.per
         is "run", but an application in the tests' process lives in each worker
         → Leave \`per\` away, or use command({ per: "run", … })"
  `);
});
