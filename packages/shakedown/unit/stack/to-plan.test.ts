import { describe, expect, test } from "vitest";
import { defineStack } from "../../src/stack/define-stack.ts";
import { toPlan } from "../../src/stack/to-plan.ts";
import type { References, Services } from "../../src/stack/service.ts";
import { fake } from "./fake-service.ts";

const file = import.meta.filename;

function planOf(services: Services) {
  const { plan, problems } = toPlan(defineStack(services), file);
  expect(problems).toEqual([]);
  return plan;
}

function optionsOf(services: Services, name: string) {
  return planOf(services).services.find((service) => service.name === name)?.options;
}

describe("a plan", () => {
  test("is plain JSON with the stack's place, limit and services in the order of declaration", () => {
    const plan = planOf({ db: fake({ version: 18 }), cache: fake({ per: "run" }) });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan).toMatchObject({
      format: 1,
      file,
      root: import.meta.dirname,
      startTimeoutMs: 180_000,
    });
    expect(plan.services.map(({ name, per, engine }) => [name, per, engine.name])).toEqual([
      ["db", "slot", "fake"],
      ["cache", "run", "fake"],
    ]);
  });

  test("leaves out what is undefined, as `process.env.X` is where X is not set", () => {
    expect(optionsOf({ db: fake({ locale: undefined, version: null }) }, "db")).toEqual({
      version: null,
    });
  });

  test("names the services that one needs, once each: by reference, then by `after`", () => {
    const services = {
      db: fake(),
      cache: fake(),
      mail: fake(),
      api: fake({
        after: ["mail", "db"],
        env: ({ db, cache, self }) => ({ A: cache.url, B: db.url, C: db.host, D: self.port }),
      }),
    };
    expect(planOf(services).services.at(-1)?.needs).toEqual(["cache", "db", "mail"]);
  });
});

describe("a reference", () => {
  const env = (derive: (references: References) => unknown) =>
    optionsOf({ db: fake(), api: fake({ outputs: ["ports.http"], env: derive }) }, "api")?.["env"];

  test("stands as a token, alone and inside text", () => {
    expect(
      env(({ db }: References) => ({
        ALONE: db.url,
        TEMPLATE: `${db.url}?schema=a`,
        SUM: "jdbc:" + db.url,
        JSON: JSON.stringify({ url: db.url }),
        TEXT: String(db.port),
        LIST: [db.host, db.port].join(":"),
      })),
    ).toEqual({
      ALONE: "${{db.url}}",
      TEMPLATE: "${{db.url}}?schema=a",
      SUM: "jdbc:${{db.url}}",
      JSON: '{"url":"${{db.url}}"}',
      TEXT: "${{db.port}}",
      LIST: "${{db.host}}:${{db.port}}",
    });
  });

  test("reaches into groups of outputs", () => {
    expect(env(({ self }: References) => ({ PORT: self.ports.http }))).toEqual({
      PORT: "${{self.ports.http}}",
    });
  });

  test("may be compared and spelled without being used", () => {
    expect(
      env(({ db }: References) =>
        `${db.url}` === "" ? {} : { A: db === undefined ? "no" : "yes" },
      ),
    ).toEqual({ A: "yes" });
  });

  test("works through rest properties and in a function that returns text", () => {
    expect(env(({ self: _self, ...others }: References) => Object.keys(others))).toEqual([
      "db",
      "api",
    ]);
    expect(env(({ db }: References) => db.url)).toBe("${{db.url}}");
  });
});

describe("a callback", () => {
  test("stands as its place in the stack, and is not called", () => {
    const migrate = (): never => {
      throw new Error("called while the stack was loaded");
    };
    expect(optionsOf({ db: fake({ migrate }) }, "db")).toEqual({
      migrate: { $function: { service: "db", path: ["migrate"] } },
    });
  });

  test("keeps the user's function untouched", () => {
    const migrate = Object.freeze(() => "done");
    const { options } = fake({ migrate });
    expect(Reflect.ownKeys(migrate)).not.toContainEqual(Symbol.for("shakedown.option-function"));
    expect((options["migrate"] as () => unknown)()).toBe("done");
  });
});
