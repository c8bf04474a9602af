import { describe, expect, expectTypeOf, test } from "vitest";
import { defineStack } from "../../src/stack/define-stack.ts";
import type { HandlesOf, Service } from "../../src/stack/service.ts";
import { fake } from "./fake-service.ts";

describe("a stack", () => {
  test("knows the file that defines it", () => {
    expect(defineStack({ db: fake() }).file).toBe(import.meta.filename);
  });

  test("takes another file, as a path or a URL", () => {
    expect(defineStack({ db: fake() }, { file: import.meta.url }).file).toBe(import.meta.filename);
    expect(defineStack({ db: fake() }, { file: "/srv/shakedown.stack.ts" }).file).toBe(
      "/srv/shakedown.stack.ts",
    );
  });

  test("keeps the type of each service's handle", () => {
    const stack = defineStack({ db: fake(), other: fake() as Service<unknown> as Service<number> });
    expectTypeOf<HandlesOf<typeof stack.services>>().toEqualTypeOf<{
      db: { readonly isFake: true };
      other: number;
    }>();
  });

  test("does not change once it is made", () => {
    const services = { db: fake() };
    const stack = defineStack(services);
    Object.assign(services, { later: fake() });
    expect(Object.keys(stack.services)).toEqual(["db"]);
    expect(Object.isFrozen(stack)).toBe(true);
  });

  test("leaves the formatting of stack traces as it was", () => {
    const prepare = Error.prepareStackTrace;
    defineStack({ db: fake() });
    expect(Error.prepareStackTrace).toBe(prepare);
    expect(new Error("here").stack).toContain("define-stack.test.ts");
  });

  test("refuses what is not a service, with what was probably meant", () => {
    expect(() =>
      defineStack(
        {
          db: fake,
          cache: Promise.resolve(fake()),
          mail: "smtp",
          web: { port: 80 },
          none: undefined,
          list: [],
        } as never,
        { file: "/srv/shakedown.stack.ts" },
      ),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ShakedownError: /srv/shakedown.stack.ts has 6 mistakes:

        1. services.db
           is a function, not a service
           → Call it: db: fake()

        2. services.cache
           is a promise, not a service
           → Await it: cache: await …

        3. services.mail
           is the string "smtp", not a service
           → Make it with an engine, such as mail: postgres() or mail: command({ run: ["node", "server.js"] })

        4. services.web
           is a plain object, not a service
           → Make it with an engine, such as web: postgres() or web: command({ run: ["node", "server.js"] })

        5. services.none
           is undefined, not a service
           → Make it with an engine, such as none: postgres() or none: command({ run: ["node", "server.js"] })

        6. services.list
           is an array, not a service
           → Make it with an engine, such as list: postgres() or list: command({ run: ["node", "server.js"] })]
    `);
  });
});
