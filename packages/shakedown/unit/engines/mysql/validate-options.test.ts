import { expect, test } from "vitest";
import { validateOptions } from "../../../src/engines/mysql/validate-options.ts";
import type { JsonValue } from "../../../src/errors/shakedown-error.ts";
import { planFormat, type ServicePlan } from "../../../src/stack/plan.ts";
import type { Lifetime } from "../../../src/stack/service.ts";

async function problems(
  options: Readonly<Record<string, JsonValue>>,
  per: Lifetime = "slot",
): Promise<readonly string[]> {
  const service: ServicePlan = {
    name: "db",
    per,
    needs: [],
    engine: { name: "mariadb", module: "" },
    options: { flavour: "mariadb", ...options },
  };
  const found = await validateOptions(service, {
    format: planFormat,
    file: "/nowhere/s.ts",
    root: "/nowhere",
    startTimeoutMs: 1000,
    services: [service],
  });
  return found.map(({ at, message }) => `${at} ${message}`);
}

test("a good set of options has no problem", async () => {
  expect(await problems({ version: ">=10.6", settings: { sql_mode: "ANSI" } })).toEqual([]);
  expect(await problems({ url: "mysql://u:p@h/shop_test", version: "8.4" }, "run")).toEqual([]);
  expect(await problems({ provider: { prefer: "container" }, image: "mariadb:11" })).toEqual([]);
});

test("everything wrong is told at once", async () => {
  expect(
    await problems(
      {
        version: "latest",
        settings: { "init-file": "x" },
        migrate: "db",
        seed: ["rows.csv"],
        name: "shop",
        reset: "undo",
        provider: "embedded",
        sttings: {},
      },
      "slot",
    ),
  ).toEqual([
    'services.db.version is no version such as "10.11", "8.4" or ">=10.6"',
    expect.stringMatching(/^services\.db\.settings has one of port, bind_address/),
    "services.db.reset is none of delete, none",
    "services.db.sttings is not an option",
    'services.db.name "shop" is the same for every slot',
    "services.db.migrate no file or folder /nowhere/db",
    "services.db.seed no file or folder /nowhere/rows.csv",
    "services.db.seed rows.csv is a CSV file, which this engine does not read",
    "services.db.provider embedded is no provider of this service",
  ]);
});

test("a URL has to be for tests, and leaves nothing to choose", async () => {
  expect(await problems({ url: "mysql://u:p@db.example/shop", settings: { a: 1 } })).toEqual([
    'services.db.url names the database "shop" on db.example, and nothing says that it is for tests',
    "services.db.settings has no effect on the server of `url`, which runs already",
  ]);
  expect(await problems({ url: "postgresql://h/test" })).toEqual([
    "services.db.url is a postgresql: URL",
  ]);
});
