import { afterAll, beforeAll, expect, test } from "vitest";
import { openClient } from "../../src/engines/postgres/client.ts";
import { openPgClient } from "../../src/engines/postgres/driver.ts";
import type { PostgresHandle } from "../../src/engines/postgres/handle.ts";
import type { LeaseClient } from "../../src/isolation/lease.ts";
import { startThrowawayServer, type ThrowawayServer } from "./throwaway-server.ts";

let server: ThrowawayServer;

beforeAll(async () => {
  server = await startThrowawayServer();
  await server.admin.query("create role plain login");
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

const schema = `
  create table people (id serial primary key, boss int references people on delete restrict, name text not null);
  create table teams (id serial primary key, lead int);
  create table members (id serial primary key, team int references teams, name text);
  alter table teams add foreign key (lead) references members deferrable;
  create table log (what text);
  create function log_it() returns trigger language plpgsql as $$ begin insert into log values (tg_op); return null; end $$;
  create trigger log_it after insert or delete on people for each row execute function log_it();
  insert into people (boss, name) values (null, 'Ada'), (1, 'Grace');
  insert into teams (lead) values (null);
  insert into members (team, name) values (1, 'Lin');
  update teams set lead = 1;
  truncate log`;

async function openWay(
  name: string,
  reset: string,
  user = "admin",
): Promise<LeaseClient<PostgresHandle>> {
  await server.admin.query(`create database ${name} owner ${user}`);
  const url = server.url(name).replace("admin@", `${user}@`);
  const setup = await openPgClient(url, { applicationName: "setup" });
  await setup.query(schema);
  await setup.end();
  return await openClient(
    {
      service: "db",
      engine: "postgres",
      per: "slot",
      outputs: { url, database: name },
      control: { controlUrl: url, reset },
    },
    {
      root: import.meta.dirname,
      references: {},
      restart: async () => await Promise.reject(new Error("no")),
      pause: async () => await Promise.reject(new Error("no")),
      logLines: async () => [],
      ci: false,
    },
  );
}

test.each(["admin", "plain"])(
  "delete restores seeds for %s in spite of circles, self-references and triggers",
  async (user) => {
    await using client = await openWay(`delete_${user}`, "delete", user);
    const { sql } = client.handle;
    await sql`insert into people (boss, name) values (2, 'new')`;
    await sql`update people set name = 'changed' where id = 1`;
    await sql`insert into teams (lead) values (1)`;
    await client.reset(0);
    expect(await sql`select id, boss, name from people order by id`).toEqual([
      { id: 1, boss: null, name: "Ada" },
      { id: 2, boss: 1, name: "Grace" },
    ]);
    expect(await sql`select lead from teams`).toEqual([{ lead: 1 }]);
    expect(await sql`select * from log`).toEqual([]);
    await sql`insert into people (name) values ('of the file')`;
    await client.mark(1);
    await sql`delete from people where name = 'of the file'`;
    await client.reset(1);
    expect(await sql`select count(*)::int as n from people`).toEqual([{ n: 3 }]);
    await client.reset(0);
    expect(await sql`select count(*)::int as n from people`).toEqual([{ n: 2 }]);
    expect(await sql`insert into people (name) values ('next') returning id`).toEqual([{ id: 3 }]);
  },
);

test("rollback undoes what the test committed", async () => {
  await using client = await openWay("rolled_back", "rollback");
  const { handle } = client;
  await handle.transaction(async ({ sql }) => {
    await sql`insert into people (name) values ('committed')`;
  });
  await expect(handle.sql`insert into people (id, name) values (1, 'twice')`).rejects.toMatchObject(
    { code: "23505" },
  );
  await expect(
    handle.transaction(async ({ sql }) => {
      await sql`delete from people where id = 1`;
    }),
  ).rejects.toMatchObject({ code: "23001" });
  const connection = await handle.pool.connect();
  await connection.query("begin");
  await connection.query("savepoint mine");
  await connection.query("insert into people (name) values ('undone')");
  await connection.query("rollback to savepoint mine");
  await connection.query("commit");
  connection.release();
  expect(await handle.sql`select name from people order by id`).toEqual([
    { name: "Ada" },
    { name: "Grace" },
    { name: "committed" },
  ]);
  await client.mark(1);
  await handle.sql`update people set name = upper(name)`;
  await client.reset(1);
  expect(await handle.sql`select count(*)::int as n from people where name = 'committed'`).toEqual([
    { n: 1 },
  ]);
  await client.reset(0);
  expect(await handle.sql`select name from people order by id`).toEqual([
    { name: "Ada" },
    { name: "Grace" },
  ]);
});

test.each(["undo", "delete", "rollback"])(
  "a baseline that a test takes holds for %s, at whatever level",
  async (way) => {
    await using client = await openWay(`based_${way}`, way);
    const { handle } = client;
    if (way === "undo") await handle.baseline();
    const names = async (): Promise<unknown> =>
      await handle.sql`select name from people order by id`;
    await client.mark(1);
    await handle.sql`insert into people (name) values ('kept')`;
    await handle.baseline();
    await handle.sql`insert into people (name) values ('lost')`;
    for (const level of [1, 0]) {
      await client.reset(level);
      expect(await names()).toEqual([{ name: "Ada" }, { name: "Grace" }, { name: "kept" }]);
    }
  },
);

test("an isolated session is seen by nobody and leaves nothing, a live one commits for real", async () => {
  await using client = await openWay("sessions", "none");
  const { handle } = client;
  const live = await handle.session();
  await live.sql`insert into people (name) values ('live')`;
  expect(await handle.sql`select 1 from people where name = 'live'`).toEqual([]);
  await live.commit();
  expect(await handle.sql`select 1 as one from people where name = 'live'`).toEqual([{ one: 1 }]);
  const isolated = await handle.isolatedSession();
  await isolated.sql`insert into people (name) values ('isolated')`;
  await isolated.commit();
  await isolated.query("insert into people (name) values ('more'); commit").catch(() => undefined);
  await isolated.query("commit");
  await isolated.rollback();
  expect(await isolated.sql`select 1 as one from people where name = 'isolated'`).toEqual([
    { one: 1 },
  ]);
  expect(await handle.sql`select 1 from people where name in ('isolated', 'more')`).toEqual([]);
  await isolated.close();
  expect(await handle.sql`select 1 from people where name in ('isolated', 'more')`).toEqual([]);
});

test("the handle knows tables, keys and an order to delete in", async () => {
  await using client = await openWay("catalogue", "none");
  expect(await client.handle.tables()).toEqual(['"log"', '"members"', '"people"', '"teams"']);
  expect(
    (await client.handle.foreignKeys())
      .map((key) => `${key.from.name} -> ${key.to.name}`)
      .toSorted(),
  ).toEqual(["members -> teams", "people -> people", "teams -> members"]);
  expect((await client.handle.deletionOrder()).length).toBe(4);
  const { sql } = client.handle;
  const only = sql.part`where name = ${"Ada"}`;
  expect(await sql`select ${sql.id("name")} from ${sql.id("people")} ${only}`).toEqual([
    { name: "Ada" },
  ]);
});
