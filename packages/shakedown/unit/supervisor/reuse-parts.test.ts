import { expect, test } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import type { JsonValue } from "../../src/errors/shakedown-error.ts";
import { planFormat, type StackPlan } from "../../src/stack/plan.ts";
import { reasonsBetween, reasonText } from "../../src/supervisor/reuse-reasons.ts";
import { reuseKeyOf, reusePartsOf, stillFits } from "../../src/supervisor/reuse-parts.ts";

const engine: Engine = {
  name: "any",
  validate: async () => [],
  start: () => Promise.reject(new Error("not here")),
};

function planWith(options: Readonly<Record<string, JsonValue>>): StackPlan {
  return {
    format: planFormat,
    file: "/app/shakedown.stack.ts",
    root: "/app",
    startTimeoutMs: 1000,
    services: [
      {
        name: "db",
        engine: { name: "any", module: "file:///any" },
        per: "slot",
        needs: [],
        options,
      },
    ],
  };
}

const environment = { PATH: "/usr/bin", HOME: "/home/me", EDITOR: "vi" };

async function changesOf(
  before: Parameters<typeof reusePartsOf>[0],
  after: Parameters<typeof reusePartsOf>[0],
): Promise<string[]> {
  const [old, now] = [
    await reusePartsOf(before, () => engine),
    await reusePartsOf(after, () => engine),
  ];
  const reasons = reasonsBetween(old, now).map(reasonText);
  expect(reuseKeyOf(old) === reuseKeyOf(now)).toBe(reasons.length === 0);
  return reasons;
}

test("an option, and one inside an option, are told with their values", async () => {
  const before = { plan: planWith({ version: "17", env: { PORT: "0" } }), environment };
  const after = { plan: planWith({ version: "18", env: { PORT: "1" } }), environment };
  expect(await changesOf(before, after)).toEqual([
    'db: version changed from "17" to "18"',
    'db: env.PORT changed from "0" to "1"',
  ]);
});

test("no secret is told, by its name or in a URL", async () => {
  const secrets = (value: string): { plan: StackPlan; environment: Record<string, string> } => ({
    plan: planWith({ password: value, env: { API_TOKEN: value } }),
    environment: { ...environment, TEST_DATABASE_URL: `postgres://me:${value}@host/test` },
  });
  const parts = JSON.stringify(await reusePartsOf(secrets("first-secret"), () => engine));
  expect(parts).not.toContain("first-secret");
  expect(await changesOf(secrets("first-secret"), secrets("second-secret"))).toEqual([
    "TEST_DATABASE_URL changed",
    "db: password changed",
    "db: env.API_TOKEN changed",
  ]);
});

test("of the environment only what shapes a service counts, and not how shakedown was called", async () => {
  const plan = planWith({});
  const byNpm = {
    ...environment,
    PATH: `/app/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:${environment.PATH}`,
    npm_command: "exec",
    EDITOR: "emacs",
    SHAKEDOWN_KEEP: "1",
    SHAKEDOWN_DB_URL: "postgres://…",
  };
  expect(await changesOf({ plan, environment }, { plan, environment: byNpm })).toEqual([]);
  expect(
    await changesOf(
      { plan, environment },
      { plan, environment: { ...environment, PATH: "/opt/bin", SHAKEDOWN_PREFER: "container" } },
    ),
  ).toEqual(["PATH changed", "SHAKEDOWN_PREFER is new"]);
});

test("an image that was not here is no other one once it has come, and every other change is one", () => {
  const plan = { service: "db", what: "version", hash: "1" };
  const image = (hash: string, isOpen?: true) => ({
    service: "db",
    what: "image redis:7",
    hash,
    ...(isOpen === undefined ? {} : { isOpen }),
  });
  const made = [plan, image("none", true)];
  expect(stillFits(made, [plan, image("a")])).toBe(true);
  expect(stillFits(made, made)).toBe(true);
  expect(stillFits([plan, image("a")], [plan, image("b")])).toBe(false);
  expect(stillFits(made, [{ ...plan, hash: "2" }, image("a")])).toBe(false);
  expect(stillFits(made, [image("a")])).toBe(false);
});
