import { beforeAll, expect, test } from "vitest";
import { openMysql } from "../../src/engines/mysql/driver.ts";
import { mariadbAvailable } from "./mariadb-available.ts";
import { runningMariadb, type RunningMariadb, shopFiles } from "./running-mariadb.ts";

let cache: string;
beforeAll(async () => {
  cache = await mariadbAvailable();
}, 180_000);

function urlOf({ run }: RunningMariadb): string {
  return String(run.outputs["url"]).replace(/\/mysql$/, "/anything_test");
}

async function databases(server: RunningMariadb): Promise<readonly string[]> {
  const client = await openMysql(urlOf(server).replace(/anything_test$/, ""));
  try {
    const { rows } = await client.query<{ name: string }>(
      "select schema_name as name from information_schema.schemata where schema_name not in ('mysql', 'sys', 'information_schema', 'performance_schema', 'shakedown_template') order by 1",
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

test("on a server of others, databases carry a name of our own and go when the run is over", async () => {
  await using server = await runningMariadb({ cache });
  const options = { migrate: "db", url: urlOf(server), name: "shop_test_{slot}" };
  {
    await using first = await runningMariadb({ cache, options, files: shopFiles() });
    await using second = await runningMariadb({ cache, options, files: shopFiles() });
    expect(first.run.provider).toMatchObject({ kind: "external", reason: "url is given" });
    const [one, two] = [await first.open(0), await second.open(0)];
    const names = [one.lease.outputs["database"], two.lease.outputs["database"]];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^shop_test_0_[0-9a-f]{10}$/);
    await one.client.handle.sql`insert into cameras (name) values ('new')`;
    expect((await one.client.reset(0)).kind).toBe("restored");
    expect(await two.client.handle.sql`select count(*) as n from cameras`).toEqual([{ n: 2 }]);
  }
  expect(await databases(server)).toEqual([]);
});

test("what a killed run left is dropped by the next one, and what a living one holds is not", async () => {
  await using server = await runningMariadb({ cache });
  const environment = { TEST_MYSQL_URL: urlOf(server) };
  const start = () =>
    runningMariadb({ cache, options: { migrate: "db" }, files: shopFiles(), environment });
  const dead = await start();
  await using alive = await start();
  expect(alive.run.provider.reason).toBe("TEST_MYSQL_URL is given");
  const [left, held] = [await dead.open(0), await alive.open(0)];
  const control = await openMysql(urlOf(server).replace(/anything_test$/, ""));
  const locked = `select is_used_lock('shakedown_claim_${String(left.lease.outputs["database"]).slice(-10)}') as id`;
  // Its connection is all that a server knows of a supervisor.
  const [row] = (await control.query<{ id: number }>(locked)).rows;
  await control.query(`kill ${row?.id}`);
  await control.end();
  expect((await dead.run.died)?.how).toMatch(/lost its connection/);
  await using next = await start();
  const there = await databases(server);
  expect(there).toContain(held.lease.outputs["database"]);
  expect(there).not.toContain(left.lease.outputs["database"]);
  expect(
    there.some(
      (name) => name.endsWith("_rows") && name.startsWith(String(left.lease.outputs["database"])),
    ),
  ).toBe(false);
  expect(next.run.note).toMatch(/^migrated/);
  await left.client[Symbol.asyncDispose]();
  await dead.context[Symbol.asyncDispose]();
});

test("a server that is not there, of the other kind, or not for tests, is told", async () => {
  const at = (url: string, flavour: "mariadb" | "mysql" = "mariadb") =>
    runningMariadb({ cache, options: { url }, flavour });
  await expect(at("mysql://a:b@127.0.0.1:1/x_test")).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringMatching(/^it: 127\.0\.0\.1:1 let nobody in: .*ECONNREFUSED/),
  });
  await expect(at("mysql://a:b@127.0.0.1:1/shop")).rejects.toMatchObject({
    code: "DATABASE_NOT_FOR_TESTS",
  });
  await using server = await runningMariadb({ cache });
  await expect(at(urlOf(server), "mysql")).rejects.toThrow(/is MariaDB: use mariadb\(\) for it/);
});
