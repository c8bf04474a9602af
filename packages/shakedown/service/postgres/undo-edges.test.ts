import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openPgClient, type PgClient } from "../../src/engines/postgres/driver.ts";
import { installTemplate, sealBaseline } from "../../src/engines/postgres/isolate/baseline.ts";
import type { Resetter } from "../../src/engines/postgres/isolate/resetter.ts";
import { openUndoResetter } from "../../src/engines/postgres/isolate/undo-resetter.ts";
import { majors, startThrowawayServer, type ThrowawayServer } from "./throwaway-server.ts";

const options = { rowBudget: 50, sequences: "restore" } as const;

const schema = `
  create table people (id serial primary key, name text not null);
  create table pets (id serial primary key, owner int references people on delete cascade, name text);
  insert into people (name) select 'p' || g from generate_series(1, 20) g;
  create sequence cached cache 10;
  create sequence plain_one;
  create schema extra; create type extra.kind as enum ('a'); create table extra.things (kind extra.kind primary key); insert into extra.things values ('a');
  create table ancestors (id int); create table heirs () inherits (ancestors); insert into ancestors values (1);
  create table guarded (id int primary key, owner name default current_user); insert into guarded values (1);
  alter table guarded enable row level security; alter table guarded force row level security;
  create policy own on guarded using (owner = current_user);
  create table always_on (id int primary key); insert into always_on values (1);
  create function nothing_much() returns trigger language plpgsql as $$ begin return null; end $$;
  create trigger always_fires after insert on always_on for each row execute function nothing_much();
  alter table always_on enable always trigger always_fires;
  create table no_columns (); insert into no_columns default values;
  create table one_null (v text); insert into one_null values (null), ('');
  create table "${"long_name_".repeat(6)}é" (id int primary key, "${"long_column".repeat(5)}" text);
  insert into "${"long_name_".repeat(6)}é" values (1, 'x');
  create materialized view names as select name from people`;

describe.each(majors)("PostgreSQL %i", (major) => {
  describe("undo", () => {
    let server: ThrowawayServer;
    let app: PgClient;
    let resetter: Resetter;

    beforeAll(async () => {
      server = await startThrowawayServer(major);
      await server.admin.query("create role plain login");
      await server.createDatabase("template");
      const setup = await openPgClient(server.socketUrl("template"), { applicationName: "setup" });
      await setup.query(
        `${schema}; grant all on all tables in schema public to plain; grant all on all sequences in schema public to plain; grant create on schema public to plain`,
      );
      await installTemplate(setup);
      await setup.end();
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      await server.createDatabase("slot", "template");
      app = await openPgClient(server.socketUrl("slot"), { applicationName: "app" });
      await sealBaseline(app, options);
      resetter = await openUndoResetter(server.socketUrl("slot"), { ...options, budgetMs: 150 });
    });
    afterEach(async () => {
      await resetter.close();
      await app.end();
      await server.dropDatabase("slot");
    });
    const one = async (text: string): Promise<unknown> =>
      Object.values((await app.query<Record<string, unknown>>(text)).rows[0] ?? {})[0];

    test.each([
      ["create table made (id int)"],
      ["drop table pets"],
      ["alter table people add column age int"],
      ["alter table pets alter column name type varchar(99)"],
      ["create index on people (name)"],
      ["drop schema extra cascade"],
      ["drop type extra.kind cascade"],
      ["drop schema public cascade"],
      [
        "alter table people disable trigger all; delete from people where id = 1; alter table people add check (id > 0); alter table people enable trigger all",
      ],
      ["alter table people rename to persons; update persons set name = 'x'"],
      ["drop table people cascade; create table people (id int)"],
      ["create function f() returns int language sql as 'select 1'"],
      ["alter sequence plain_one increment by 5"],
    ])("retires after: %s", async (statement) => {
      await app.query("update people set name = 'changed' where id = 3");
      await app.query(statement);
      const outcome = await resetter.reset(0);
      expect(outcome).toMatchObject({
        kind: "retire",
        reason: expect.stringContaining(statement.slice(0, 40)),
      });
    });

    test.each([
      [
        "create temp table t (id serial primary key, v text default 'x'); create index on t (v); alter table t add w int; drop table t",
      ],
      ["comment on table people is 'folks'"],
      ["reindex table people"],
      ["analyze people"],
      ["vacuum people"],
      ["begin; drop table people cascade; rollback"],
      [
        "alter table people disable trigger all; insert into people (name) values ('quiet'); alter table people enable trigger all",
      ],
      ["alter sequence plain_one restart with 40"],
      ["alter table people alter column name set not null"],
      ["refresh materialized view names"],
      ["drop table if exists never_was"],
      [
        "insert into people (name) values ('new'); refresh materialized view names; truncate pets restart identity",
      ],
      [
        "set session_replication_role = replica; delete from people where id < 4; set session_replication_role = origin",
      ],
      ["truncate people restart identity cascade"],
      [
        "insert into no_columns default values; delete from one_null where v is null; insert into one_null values (null), (null)",
      ],
    ])("undoes: %s", async (statements) => {
      const before = await contents(app);
      for (const statement of statements.split("; ")) await app.query(statement);
      expect((await resetter.reset(0)).kind).not.toBe("retire");
      expect(await contents(app)).toEqual(before);
      await app.query("delete from people where id = 5");
      expect(await resetter.reset(0)).toEqual({
        kind: "restored",
        touched: [{ name: "people", rows: 1 }],
      });
      expect(await contents(app)).toEqual(before);
    });

    test.each([
      [
        "more rows than the budget",
        "insert into people (name) select 'x' from generate_series(1, 60)",
        /rowBudget.*insert into people/,
      ],
      ["a role", "create role passing", /roles/],
      ["a setting of the database", "alter database slot set work_mem = '5MB'", /settings/],
      ["a large object", "select lo_from_bytea(0, 'abc')", /large object/],
      ["a table with inheritance", "insert into heirs values (7)", /inherits/],
      ["a table whose triggers always fire", "insert into always_on values (2)", /always_fires/],
      [
        "TRUNCATE under a snapshot",
        "begin isolation level repeatable read; truncate people cascade; commit",
        /TRUNCATE/,
      ],
    ])("retires after %s", async (_what, statement, reason) => {
      await app.query(statement);
      const outcome = await resetter.reset(0);
      await app.query("drop role if exists passing");
      expect(outcome).toMatchObject({ kind: "retire", reason: expect.stringMatching(reason) });
    });

    test("does not retire for work over the budget that was rolled back", async () => {
      await app.query(
        "begin; insert into people (name) select 'x' from generate_series(1, 60); rollback",
      );
      expect(await resetter.reset(0)).toEqual({ kind: "clean" });
    });

    test("leaves lastval() to the application", async () => {
      await app.query("insert into pets (name) values ('Tom')");
      await app.query("update people set name = 'x' where id = 1");
      expect(await one("select lastval()")).toBe(await one("select currval('pets_id_seq')"));
    });

    test("works for a role without rights on anything of ours, through row security", async () => {
      const plain = await openPgClient(server.socketUrl("slot").replace("admin@", "plain@"), {
        applicationName: "plain",
      });
      await plain.query("insert into guarded values (2)");
      await plain.query("insert into pets (name) values ('Tom')");
      await plain.query("set statement_timeout = 5000; update people set name = 'x'");
      await plain.end();
      expect((await resetter.reset(0)).kind).toBe("restored");
      expect(await one("select count(*)::int from guarded")).toBe(1);
      expect(await one("select count(*)::int from people where name = 'x'")).toBe(0);
    });

    test("keeps a sequence with a cache, restores one that was not called yet", async () => {
      await app.query("select nextval('cached'), setval('plain_one', 100, false)");
      await resetter.reset(0);
      expect(await one("select nextval('cached')::int")).toBe(2);
      expect(await one("select nextval('plain_one')::int")).toBe(1);
    });

    test("names the transaction that holds a table", async () => {
      await app.query("begin; insert into pets (name) values ('held')");
      await expect(resetter.reset(0)).rejects.toMatchObject({
        code: "RESET_BLOCKED",
        message: expect.stringMatching(/"app".*idle in transaction.*pets.*held/),
      });
      await app.query("commit");
      expect((await resetter.reset(0)).kind).toBe("restored");
      expect(await one("select count(*)::int from pets")).toBe(0);
    });

    test("sees work that commits after the reset began to wait", async () => {
      await app.query(
        "begin; insert into pets (name) values ('late'); update people set name = 'late' where id = 1",
      );
      const resetting = resetter.reset(0);
      await app.query("select pg_sleep(0.06)");
      await app.query("commit");
      expect((await resetting).kind).toBe("restored");
      expect(await one("select count(*)::int from pets")).toBe(0);
      expect(await one("select name from people where id = 1")).toBe("p1");
    });

    test("waits for a change of the schema that is not committed yet", async () => {
      await app.query("begin; create table made (id int)");
      const resetting = resetter.reset(0);
      await app.query("select pg_sleep(0.06)");
      await app.query("commit");
      expect((await resetting).kind).toBe("retire");
    });

    test("sees no change of the schema where one was rolled back meanwhile", async () => {
      await app.query("begin; create table made (id int)");
      const resetting = resetter.reset(0);
      await app.query("select pg_sleep(0.06)");
      await app.query("rollback");
      expect(await resetting).toEqual({ kind: "clean" });
    });

    test("takes a schema that was changed before a mark as it is then", async () => {
      await app.query(
        "create table made (id int primary key); insert into made values (1); delete from people where id = 1",
      );
      await resetter.mark(1);
      await app.query(
        "delete from made; insert into made values (2); delete from people where id = 2",
      );
      expect((await resetter.reset(1)).kind).toBe("restored");
      expect(await one("select id from made")).toBe(1);
      expect(await one("select count(*)::int from people")).toBe(19);
      expect(await resetter.reset(0)).toMatchObject({
        kind: "retire",
        reason: expect.stringContaining("create table made"),
      });
    });

    test("nests marks, and takes one again", async () => {
      const names = async (): Promise<unknown> =>
        await one("select string_agg(name, ',' order by id) from pets");
      await app.query("insert into pets (name) values ('one')");
      await resetter.mark(1);
      await app.query("insert into pets (name) values ('two'); select nextval('plain_one')");
      await resetter.mark(2);
      await app.query(
        "delete from pets; insert into pets (name) values ('three'); update people set name = 'x'",
      );
      await resetter.reset(2);
      expect(await names()).toBe("one,two");
      await app.query("insert into pets (name) values ('four')");
      await resetter.reset(1);
      expect(await names()).toBe("one");
      expect(await one("select nextval('plain_one')::int")).toBe(1);
      await resetter.mark(1);
      await app.query("truncate pets");
      await resetter.reset(1);
      expect(await names()).toBe("one");
      await resetter.reset(0);
      expect(await names()).toBe(null);
      expect(await one("select count(*)::int from people where name = 'x'")).toBe(0);
      expect(await resetter.reset(0)).toEqual({ kind: "clean" });
    });

    test("takes what the application made at its start as the baseline", async () => {
      await app.query("create table made (id int primary key); insert into made values (1)");
      await sealBaseline(app, options);
      for (let round = 0; round < 3; round += 1) {
        await app.query("delete from made; insert into made values (2), (3)");
        expect(await resetter.reset(0)).toMatchObject({ kind: "restored" });
        expect(await one("select string_agg(id::text, ',') from made")).toBe("1");
      }
    });
  });
});

async function contents(app: PgClient): Promise<unknown> {
  const answer = await app.query(`select
    (select json_agg(t order by id) from people t) as people, (select json_agg(t order by id) from pets t) as pets, (select count(*) from no_columns) as rows,
    (select json_agg(t order by v) from one_null t) as nulls, (select json_agg(n order by name) from names n) as names,
    (select last_value || ' ' || is_called from people_id_seq) as id, (select last_value || ' ' || is_called from plain_one) as plain_one`);
  return answer.rows[0];
}
