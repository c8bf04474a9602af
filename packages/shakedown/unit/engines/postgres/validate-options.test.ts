import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { validateOptions } from "../../../src/engines/postgres/validate-options.ts";
import type { JsonValue } from "../../../src/errors/shakedown-error.ts";
import { planFormat, type Problem, type ServicePlan } from "../../../src/stack/plan.ts";
import type { Lifetime } from "../../../src/stack/service.ts";

let root = "";

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "shakedown-options-")));
  await mkdir(join(root, "db/migrations"), { recursive: true });
  await mkdir(join(root, "empty"));
  await writeFile(join(root, "db/migrations/1.sql"), "");
  await writeFile(join(root, "seed.json"), "{");
  await writeFile(join(root, "seed.txt"), "");
});

afterAll(() => rm(root, { recursive: true }));

async function problems(
  options: Readonly<Record<string, JsonValue>>,
  per: Lifetime = "slot",
): Promise<readonly Problem[]> {
  const service: ServicePlan = {
    name: "db",
    per,
    needs: [],
    engine: { name: "postgres", module: "" },
    options,
  };
  return validateOptions(service, {
    format: planFormat,
    file: join(root, "s.ts"),
    root,
    startTimeoutMs: 1000,
    services: [service],
  });
}

test("a good set of options has no problem", async () => {
  const options = {
    version: ">=16",
    extensions: ["pgcrypto"],
    settings: { work_mem: "8MB", jit: true },
    migrate: "db/migrations",
    reset: { rowBudget: 5 },
    name: "x_{slot}",
  };
  expect(await problems(options)).toEqual([]);
});

test("an unknown option names the one that was meant", async () => {
  expect(await problems({ migrations: "db/migrations" })).toEqual([
    {
      at: "services.db.migrations",
      message: "is no option of postgres",
      hint: "Did you mean migrate?",
    },
  ]);
  expect(await problems({ reset: { rowBuget: 1 } })).toHaveLength(1);
});

test("everything wrong is told at once, with its place", async () => {
  const found = await problems({
    version: "latest",
    superuser: "yes",
    settings: { port: 5432 },
    profile: "slow",
    reset: "truncate",
  });
  expect(found.map(({ at }) => at)).toEqual([
    "services.db.version",
    "services.db.settings",
    "services.db.profile",
    "services.db.superuser",
    "services.db.reset",
  ]);
});

test("a wrong option does not hide a missing file", async () => {
  const found = await problems({
    profile: "slow",
    seeed: "x",
    migrate: "db/migration",
    seed: "gone.sql",
    inputs: ["schema.prisma"],
    locale: "icu:",
  });
  expect(found.map(({ at }) => at)).toEqual([
    "services.db.profile",
    "services.db.seeed",
    "services.db.migrate",
    "services.db.seed",
    "services.db.inputs",
    "services.db.locale",
  ]);
});

test("a role is not named like what is ours", async () => {
  expect((await problems({ user: "shakedown_undo" }))[0]?.at).toBe("services.db.user");
  expect(await problems({ user: "shop" })).toEqual([]);
});

test("missing and empty paths are told with where was looked", async () => {
  expect(await problems({ migrate: "db/migration" })).toEqual([
    {
      at: "services.db.migrate",
      message: `no file or folder ${join(root, "db/migration")}`,
      hint: `Did you mean ${join(root, "db/migrations")}?`,
    },
  ]);
  expect((await problems({ migrate: "empty" }))[0]?.message).toContain(
    `no migration in ${join(root, "empty")}`,
  );
  const seeds = await problems({ seed: ["gone.sql", "seed.txt", "seed.json", "empty"] });
  expect(seeds.map(({ message }) => message.replace(root, ""))).toEqual([
    expect.stringContaining("no file or folder /gone.sql"),
    expect.stringContaining("/seed.txt has the ending .txt"),
    expect.stringContaining("/seed.json is no JSON"),
    expect.stringContaining("no .sql, .csv or .json file in /empty"),
  ]);
});

test("a URL has to be for tests, and leaves nothing to choose", async () => {
  expect(
    (await problems({ url: "postgresql://u:secret@db.example/shop" })).map(
      ({ message }) => message,
    ),
  ).toEqual(['names the database "shop" on db.example, and nothing says that it is for tests']);
  expect(await problems({ url: "postgresql://u:p@h/shop_test" })).toEqual([]);
  expect(await problems({ url: "postgresql://u:p@h/shop", urlIsForTests: true })).toEqual([]);
  expect(await problems({ url: "${{other.url}}" })).toEqual([]);
  expect((await problems({ url: "mysql://h/test" }))[0]?.message).toBe("is a mysql: URL");
  expect(await problems({ url: "postgresql://h/test", version: "18" })).toEqual([]);
  const beside = await problems({ url: "postgresql://h/test", locale: "C", provider: "native" });
  expect(beside.map(({ at }) => at)).toEqual(["services.db.locale", "services.db.provider"]);
});

test("a local server is on this machine and for tests, and is not given beside a URL", async () => {
  const told = async (options: Readonly<Record<string, JsonValue>>) =>
    (await problems(options)).map(({ at, message }) => `${at} ${message}`);
  expect(await told({ local: "postgresql://u:p@localhost/shop_test" })).toEqual([]);
  expect(await told({ local: "postgresql://u:p@localhost/shop", urlIsForTests: true })).toEqual([
    'services.db.local names the database "shop" on localhost, and nothing says that it is for tests',
  ]);
  expect(await told({ local: "postgresql://u:p@db.example/shop_test" })).toEqual([
    "services.db.local names db.example, which is not this machine",
  ]);
  expect(
    await told({ local: "postgresql://localhost/x_test", url: "postgresql://localhost/x_test" }),
  ).toEqual(["services.db.local has no effect beside `url`, which comes first"]);
});

test("one database a test is not there yet", async () => {
  expect((await problems({}, "test"))[0]?.at).toBe("services.db.per");
});
