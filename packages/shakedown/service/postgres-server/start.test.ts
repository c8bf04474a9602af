import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { openPgClient } from "../../src/engines/postgres/driver.ts";
import { identityOf } from "../../src/process/identity.ts";
import { until } from "../../src/kit/until.ts";
import { makeProject, shop } from "./project.ts";
import { startEngine } from "./start-engine.ts";
import { missingMajor, olderMajor } from "../postgres/throwaway-server.ts";
import { need } from "../need.ts";

const versions = [
  { version: "18", kind: "embedded" },
  ...(olderMajor === undefined ? [] : [{ version: String(olderMajor), kind: "native" }]),
];

test("an older PostgreSQL is here, to be tested as well", (context) => {
  need(context, olderMajor === undefined ? missingMajor(15) : undefined);
  expect(versions).toHaveLength(2);
});

describe.each(versions)("PostgreSQL $version, $kind", ({ version, kind }) => {
  test("is migrated once and comes from the cache after that", async () => {
    await using project = await makeProject(shop);
    const options = { version, migrate: "db/migrations" };
    let port: string | undefined;
    {
      await using fresh = await startEngine({ ...project, options });
      expect(fresh.running.provider.kind).toBe(kind);
      expect(fresh.running.note).toMatch(/^migrated 2 files in \d+ ms$/);
      expect(fresh.steps).toEqual(["initdb", "migrating 1 of 2", "migrating 2 of 2"]);
      port = fresh.running.outputs["port"];
    }
    await using again = await startEngine({ ...project, options });
    expect(again.running.note).toBe("data folder from cache");
    expect(again.steps).toEqual([]);
    expect(again.running.outputs["port"]).not.toBe(port);
    const lease = await again.lease(0);
    expect(lease.outputs["database"]).toBe("db_test_0");
    await lease.seal?.();
    expect(await again.query(lease, "select name from cameras order by id")).toEqual([
      { name: "front; door" },
      { name: "it's back" },
    ]);
    // A changed file costs its migration, and not initdb.
    await project.write({
      "db/migrations/003_more.sql": "create table more (id int primary key);",
    });
    await using changed = await startEngine({ ...project, options });
    expect(changed.steps).toEqual(["migrating 1 of 3", "migrating 2 of 3", "migrating 3 of 3"]);
  });

  test("gives each slot a database of its own, made while others are in use", async () => {
    await using project = await makeProject(shop);
    await using started = await startEngine({
      ...project,
      options: { version, migrate: "db/migrations", name: "Shop test {slot}" },
    });
    const first = await started.lease(0);
    const client = await openPgClient(first.outputs["url"] ?? "", { applicationName: "app" });
    await client.query("begin; insert into cameras (name) values ('mine')");
    const [second, third] = await Promise.all([started.lease(1), started.lease(2)]);
    await client.query("commit");
    await client.end();
    expect(
      await started.query(
        second,
        "select current_database() as name, count(*)::int as cameras from cameras",
      ),
    ).toEqual([{ name: "Shop test 1", cameras: 2 }]);
    expect(await started.query(first, "select count(*)::int as cameras from cameras")).toEqual([
      { cameras: 3 },
    ]);
    expect(await third.setAside?.()).toBe(`psql '${third.outputs["url"]}'`);
    const retired = await started.lease(0, 1);
    expect(retired.outputs["database"]).toBe("Shop test 0_r1");
    await first.release();
    await until(async () => {
      const rows = await started.query(
        started.running,
        "select datname from pg_database where datname like 'Shop%' order by 1",
      );
      return rows.length === 3;
    });
  });

  test("keeps what other tools expect, and lets nobody in without a password", async () => {
    await using project = await makeProject({});
    // The second start is the one with databases that are written while the server starts.
    await (await startEngine({ ...project, options: { version } }))[Symbol.asyncDispose]();
    await using started = await startEngine({ ...project, options: { version } });
    expect(started.running.note).toBe("data folder from cache");
    await started.query(started.running, "create database copied template template0");
    const rows = await started.query(
      started.running,
      "select datname, datcollate, pg_encoding_to_char(encoding) as encoding from pg_database where datname in ('postgres', 'template0', 'template1', 'copied') order by 1",
    );
    expect(rows.map(({ datname }) => datname)).toEqual([
      "copied",
      "postgres",
      "template0",
      "template1",
    ]);
    expect(new Set(rows.map(({ encoding }) => encoding))).toEqual(new Set(["UTF8"]));
    const settings = await started.query(
      started.running,
      "select name, setting from pg_settings where name in ('fsync', 'wal_level', 'autovacuum', 'listen_addresses') order by 1",
    );
    expect(settings.map(({ name, setting }) => `${String(name)}=${String(setting)}`)).toEqual([
      "autovacuum=off",
      "fsync=off",
      "listen_addresses=127.0.0.1",
      "wal_level=replica",
    ]);
    const url = new URL(started.running.outputs["url"] ?? "");
    url.password = "wrong";
    await expect(openPgClient(url.href, { applicationName: "stranger" })).rejects.toThrow(
      /password authentication failed/,
    );
    url.username = "shakedown_control";
    url.password = "";
    await expect(openPgClient(url.href, { applicationName: "stranger" })).rejects.toThrow(
      /password/,
    );
  });

  test("leaves nothing behind, and tells of a server that dies", async () => {
    await using project = await makeProject({});
    const started = await startEngine({ ...project, options: { version } });
    await started.lease(0);
    const [{ pid }] = (await started.query(started.running, "select pg_backend_pid() as pid")) as [
      { pid: number },
    ];
    const [{ data }] = (await started.query(
      started.running,
      "select current_setting('data_directory') as data",
    )) as [{ data: string }];
    expect(existsSync(data)).toBe(true);
    const [postmaster] = (await import("node:fs"))
      .readFileSync(`${data}/postmaster.pid`, "utf8")
      .split("\n");
    process.kill(Number(postmaster), "SIGKILL");
    expect((await started.running.died)?.how).toMatch(/SIGKILL/);
    await started[Symbol.asyncDispose]();
    expect(existsSync(data)).toBe(false);
    expect(identityOf(pid)).toBeUndefined();
    expect(identityOf(Number(postmaster))).toBeUndefined();
  });
});

test("one database for the whole run has no leases", async () => {
  await using project = await makeProject(shop);
  await using started = await startEngine({
    ...project,
    per: "run",
    options: { migrate: "db/migrations" },
  });
  expect(started.running.lease).toBeUndefined();
  expect(started.running.outputs["database"]).toBe("db_test");
  expect(started.running.control["reset"]).toBe("none");
  expect(
    await started.query(started.running, "select count(*)::int as cameras from cameras"),
  ).toEqual([{ cameras: 2 }]);
});

test("a clone has the template's settings, rights and comment", async () => {
  await using project = await makeProject({
    "setup.sql": `alter database shakedown_template set search_path to shop, public;
alter database shakedown_template set work_mem to '7MB';
create role reader;
revoke connect on database shakedown_template from public;
grant connect, temporary on database shakedown_template to reader;
comment on database shakedown_template is 'it''s a shop';`,
  });
  await using started = await startEngine({ ...project, options: { migrate: "setup.sql" } });
  const lease = await started.lease(0);
  const rows = await started.query(
    lease,
    `select current_setting('search_path') as path, current_setting('work_mem') as memory,
            has_database_privilege('reader', current_database(), 'temporary') as may,
            has_database_privilege('public', current_database(), 'connect') as anybody,
            shobj_description(oid, 'pg_database') as comment
       from pg_database where datname = current_database()`,
  );
  expect(rows).toEqual([
    { path: "shop, public", memory: "7MB", may: true, anybody: false, comment: "it's a shop" },
  ]);
});

test("a slot's log has the lines about its database, with those that go on", async () => {
  await using project = await makeProject({});
  await using started = await startEngine({ ...project });
  const lease = await started.lease(3);
  await expect(started.query(lease, "select 1\nfrom\nno_such_table")).rejects.toThrow(
    /no_such_table/,
  );
  await until(() => started.slotLogs.get(3)?.some((line) => line.includes("no_such_table")));
  await until(() => started.slotLogs.get(3)?.some((line) => line.includes("STATEMENT")));
  expect(started.log.some((line) => line.includes("no_such_table"))).toBe(false);
});

test("the folders of a stopped server are gone", async () => {
  await using project = await makeProject({});
  const started = await startEngine({ ...project });
  const [{ sockets }] = (await started.query(
    started.running,
    "select current_setting('unix_socket_directories') as sockets",
  )) as [{ sockets: string }];
  expect((await readdir(sockets)).some((name) => name.startsWith(".s.PGSQL"))).toBe(true);
  await started.running.stop();
  expect(existsSync(sockets)).toBe(false);
  await started[Symbol.asyncDispose]();
});
