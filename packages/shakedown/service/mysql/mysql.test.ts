import { existsSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { markedProcesses } from "../process/marked-processes.ts";
import { mariadbAvailable } from "./mariadb-available.ts";
import { runningMariadb, shopFiles } from "./running-mariadb.ts";

let cache: string;
beforeAll(async () => {
  cache = await mariadbAvailable();
}, 180_000);

const options = { migrate: "db", seed: "db/seed.json" };

test("a server is there from the cache, protected by a password, and gone with its stop", async () => {
  const files = shopFiles();
  {
    await using first = await runningMariadb({ cache, options, files });
    expect(first.run.note).toMatch(/^migrated 2 files, seeded 1 file in \d+ ms$/);
  }
  const it = await runningMariadb({ cache, options, files });
  try {
    expect(it.run.note).toBe("data folder from cache");
    expect(it.run.provider).toMatchObject({
      kind: "native",
      version: /^mariadb \d+\.\d+/,
      passedOver: [{ kind: "external", reason: "no url given" }],
    });
    const { lease, client } = await it.open(0);
    expect(lease.outputs).toMatchObject({
      url: /^mysql:\/\/shakedown:[\w-]{20,}@127\.0\.0\.1:\d+\/it_test_0$/,
      user: "shakedown",
      database: "it_test_0",
    });
    const users = await client.handle
      .sql`select user, host, authentication_string as password from mysql.user where is_role = 'N' and user not in ('PUBLIC', 'mariadb.sys')`;
    expect(users.filter(({ password }) => password === "")).toEqual([]);
    expect(markedProcesses(it.context.cookie).some((line) => line.includes("mariadbd"))).toBe(true);
  } finally {
    await it[Symbol.asyncDispose]();
  }
  expect(markedProcesses(it.context.cookie)).toEqual([]);
  expect(existsSync(it.context.folder)).toBe(false);
});

test("each slot has all of the template: rows, counters, views, triggers, procedures", async () => {
  await using it = await runningMariadb({ cache, options, files: shopFiles() });
  const [zero, one] = await Promise.all([it.open(0), it.open(1)]);
  const { handle: db } = one.client;
  expect(await db.tables()).toEqual(["audit", "cameras", "events"]);
  expect(await db.sql`select name, shouted from cameras order by id`).toEqual([
    { name: "front; door", shouted: "FRONT; DOOR" },
    { name: "it's back", shouted: "IT'S BACK" },
  ]);
  expect(await db.sql`select name from doors`).toEqual([{ name: "front; door" }]);
  await db.query("call note_all()");
  expect(await db.sql`select note from events`).toHaveLength(2);
  expect(await db.sql`select id, what from audit order by id`).toEqual([
    { id: 7, what: "seeded" },
    { id: 8, what: "event 1" },
    { id: 9, what: "event 2" },
  ]);
  expect(await zero.client.handle.sql`select * from events`).toEqual([]);
});

test("values go as parameters, and a transaction that throws leaves nothing", async () => {
  await using it = await runningMariadb({ cache, options, files: shopFiles() });
  const { handle: db } = (await it.open(0)).client;
  const name = "'; drop table cameras; --";
  await db.sql`insert into ${db.sql.id("cameras")} (name) values (${name})`;
  expect(await db.sql`select name from cameras where name = ${name}`).toEqual([{ name }]);
  const failing = db.transaction(async ({ sql, query }) => {
    expect((await query("insert into cameras (name) values ('x')")).insertId).toBeGreaterThan(2);
    await sql`delete from cameras where name = ${name}`;
    throw new Error("on purpose");
  });
  await expect(failing).rejects.toThrow("on purpose");
  expect(await db.sql`select count(*) as n from cameras`).toEqual([{ n: 3 }]);
});

test("a reset puts rows and counters back, whoever wrote, also over foreign keys and triggers", async () => {
  await using it = await runningMariadb({ cache, options, files: shopFiles() });
  const { client } = await it.open(0);
  const { handle: db } = client;
  expect(await client.reset(0)).toEqual({ kind: "clean" });
  await db.sql`insert into cameras (name) values ('new')`;
  await db.sql`update cameras set name = 'changed' where id = 1`;
  await db.sql`insert into events (camera, note) values (1, 'a'), (2, 'b')`;
  await db.sql`delete from cameras where id = 2`;
  expect((await client.touched?.())?.map(({ name }) => name).sort()).toEqual([
    "audit",
    "cameras",
    "events",
  ]);
  expect((await client.reset(0)).kind).toBe("restored");
  expect(await db.sql`select id, name from cameras order by id`).toEqual([
    { id: 1, name: "front; door" },
    { id: 2, name: "it's back" },
  ]);
  expect(await db.sql`select count(*) as n from events`).toEqual([{ n: 0 }]);
  expect(await db.sql`select id, what from audit`).toEqual([{ id: 7, what: "seeded" }]);
  expect((await db.query("insert into cameras (name) values ('again')")).insertId).toBe(3);
  expect((await db.query("insert into events (camera) values (1)")).insertId).toBe(1);
  expect((await client.reset(0)).kind).toBe("restored");
  await db
    .transaction(async ({ sql }) => {
      await sql`insert into cameras (name) values ('rolled back')`;
      throw new Error("no");
    })
    .catch(() => undefined);
  await client.reset(0);
  expect((await db.query("insert into cameras (name) values ('third')")).insertId).toBe(3);
  await client.reset(0);
  expect(await client.reset(0)).toEqual({ kind: "clean" });
});

test("a text that moves to the column beside it is put back, in one row and over several", async () => {
  const files = {
    "db/1.sql": `create table people (id int primary key, first varchar(20) not null, last varchar(20) not null, more blob);
insert into people values (1, 'Ada', '', 'x'), (2, 'Gr', 'ace', null), (3, 'Alan', 'x', '');
`,
  };
  await using it = await runningMariadb({ cache, options: { migrate: "db" }, files });
  const { client } = await it.open(0);
  const { handle: db } = client;
  const all = (): Promise<unknown> => db.sql`select id, first, last, more from people order by id`;
  const before = await all();
  for (const change of [
    "update people set last = first, first = '' where id = 1",
    "update people set first = 'Gra', last = 'ce' where id = 2",
    "update people set last = '', more = 'x' where id = 3",
  ]) {
    await db.query(change);
    expect(await client.reset(0)).toMatchObject({ kind: "restored" });
    expect(await all()).toEqual(before);
  }
  expect(await client.reset(0)).toEqual({ kind: "clean" });
  await db.sql`alter table people drop column more`;
  expect(await client.reset(0)).toMatchObject({ kind: "retire", reason: "the schema was changed" });
});

test("whoever holds tables of a slot that is given up holds nobody else up", async () => {
  await using it = await runningMariadb({ cache, options, files: shopFiles() });
  const { client, lease } = await it.open(0);
  const holder = await client.handle.pool.getConnection();
  await holder.query("lock tables cameras write");
  await lease.release();
  const { client: next } = await it.open(1);
  expect(await next.handle.sql`select count(*) as n from cameras`).toEqual([{ n: 2 }]);
  holder.destroy();
});

test("levels: what a file made stays for its tests and goes with the file; a baseline moves", async () => {
  await using it = await runningMariadb({ cache, options, files: shopFiles() });
  const { client } = await it.open(0);
  const { handle: db } = client;
  const names = async () =>
    (await db.sql`select name from cameras order by id`).map((row) => row.name);
  await db.sql`insert into cameras (name) values ('of the file')`;
  await client.mark(1);
  await db.sql`insert into cameras (name) values ('of a test')`;
  await client.reset(1);
  expect(await names()).toEqual(["front; door", "it's back", "of the file"]);
  await client.reset(0);
  expect(await names()).toEqual(["front; door", "it's back"]);
  await db.sql`delete from cameras`;
  await db.baseline();
  await db.sql`insert into cameras (name) values ('x')`;
  await client.reset(0);
  expect(await names()).toEqual([]);
});

test("a changed schema gives the slot up; a lock that lasts blocks the reset and is told", async () => {
  await using it = await runningMariadb({ cache, options, files: shopFiles() });
  const { client } = await it.open(0);
  const { handle: db } = client;
  const holder = await db.pool.getConnection();
  await holder.beginTransaction();
  await holder.query("update cameras set name = 'held' where id = 1");
  await db.sql`insert into cameras (name) values ('other')`;
  await expect(client.reset(0)).rejects.toMatchObject({ code: "RESET_BLOCKED" });
  await holder.rollback();
  holder.release();
  expect((await client.reset(0)).kind).toBe("restored");
  await db.sql`alter table events add column extra int`;
  const gone = { kind: "retire", reason: "the schema was changed" };
  expect(await client.reset(0)).toMatchObject(gone);
  await db.sql`drop table events`;
  expect(await client.reset(0)).toMatchObject(gone);
});

test("a wrong migration is told with its file and line, and a wrong setting by its name", async () => {
  const files = {
    "db/1.sql": "create table a (id int primary key);\n\ncreate tabel b (id int);\n",
  };
  await expect(runningMariadb({ cache, options: { migrate: "db" }, files })).rejects.toMatchObject({
    code: "MIGRATION_FAILED",
    message: expect.stringMatching(/^db\/1\.sql:3: .*near 'tabel b/),
  });
  await expect(
    runningMariadb({ cache, options: { settings: { no_such_thing: 1 } } }),
  ).rejects.toMatchObject({
    code: "PROCESS_EXITED",
    message: expect.stringContaining("no-such-thing"),
    hint: expect.stringContaining("`settings`"),
  });
});

test("mysql() does not take MariaDB for MySQL", async () => {
  await expect(
    runningMariadb({ cache, flavour: "mysql", options: { provider: "native" } }),
  ).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringMatching(/native: .*is MariaDB: use mariadb\(\) for it/),
  });
});
