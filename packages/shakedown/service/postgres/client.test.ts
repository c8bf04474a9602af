import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openClient } from "../../src/engines/postgres/client.ts";
import { openPgClient } from "../../src/engines/postgres/driver.ts";
import type { PostgresHandle } from "../../src/engines/postgres/handle.ts";
import {
  defaultSealOptions,
  installTemplate,
  sealBaseline,
} from "../../src/engines/postgres/isolate/baseline.ts";
import type { LeaseClient } from "../../src/isolation/lease.ts";
import { majors, startThrowawayServer, type ThrowawayServer } from "./throwaway-server.ts";

describe.each(majors)("PostgreSQL %i", (major) => {
  describe("the client of a leased database", () => {
    let server: ThrowawayServer;
    let client: LeaseClient<PostgresHandle>;

    const open = ({ ci }: { readonly ci: boolean }): Promise<LeaseClient<PostgresHandle>> =>
      openClient(
        {
          service: "db",
          engine: "postgres",
          per: "slot",
          outputs: {
            url: server.url("app"),
            host: "127.0.0.1",
            port: String(server.port),
            user: "admin",
            password: "",
            database: "app",
          },
          control: { controlUrl: server.socketUrl("app"), reset: "undo" },
        },
        {
          root: import.meta.dirname,
          references: {},
          restart: async () => await Promise.reject(new Error("not restarted here")),
          pause: async () => await Promise.reject(new Error("not paused here")),
          logLines: async () => [],
          ci,
        },
      );

    beforeAll(async () => {
      server = await startThrowawayServer(major);
      await server.createDatabase("app");
      const setup = await openPgClient(server.url("app"), { applicationName: "setup" });
      await setup.query(`
        create table people (id serial primary key, name text not null);
        create table pets (id serial primary key, owner int references people on delete cascade, name text not null);
        insert into people (name) values ('Ada'), ('Grace')`);
      await installTemplate(setup);
      await sealBaseline(setup, defaultSealOptions);
      await setup.end();
      client = await open({ ci: false });
    });
    afterAll(async () => {
      await client?.[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    });

    test("has few connections on a person's machine, and more in CI", async () => {
      await using ofCi = await open({ ci: true });
      expect([client, ofCi].map(({ handle }) => handle.pool.options.max)).toEqual([5, 10]);
    });

    test("puts rows and sequences back", async () => {
      const { sql } = client.handle;
      await sql`insert into people (name) values (${"Lin"})`;
      await sql`update people set name = 'Countess' where name = 'Ada'`;
      await sql`delete from people where name = 'Grace'`;
      const [{ id }] = (await sql`insert into pets (name) values ('Tom') returning id`) as [
        { id: number },
      ];
      const outcome = await client.reset(0);
      expect(outcome).toEqual({
        kind: "restored",
        touched: expect.arrayContaining([
          { name: "people", rows: 2 },
          { name: "pets", rows: 1 },
        ]),
      });
      expect(await sql`select * from people order by id`).toEqual([
        { id: 1, name: "Ada" },
        { id: 2, name: "Grace" },
      ]);
      expect(await sql`insert into pets (name) values ('Tim') returning id`).toEqual([{ id }]);
      await client.reset(0);
      expect(await client.reset(0)).toEqual({ kind: "clean" });
    });

    test("returns to a mark, and from there to the baseline", async () => {
      const { sql } = client.handle;
      await sql`insert into people (name) values ('Lin')`;
      await sql`insert into pets (owner, name) values (1, 'Tom')`;
      await client.mark(1);
      await sql`update people set name = upper(name)`;
      await sql`delete from pets`;
      await sql`insert into pets (owner, name) values (2, 'Tim')`;
      await client.reset(1);
      expect(await sql`select name from people order by id`).toEqual([
        { name: "Ada" },
        { name: "Grace" },
        { name: "Lin" },
      ]);
      expect(await sql`select owner, name from pets`).toEqual([{ owner: 1, name: "Tom" }]);
      await client.reset(1);
      expect(await sql`select count(*)::int as n from pets`).toEqual([{ n: 1 }]);
      await client.reset(0);
      expect(await sql`select name from people order by id`).toEqual([
        { name: "Ada" },
        { name: "Grace" },
      ]);
      expect(await sql`select * from pets`).toEqual([]);
      expect(await client.reset(0)).toEqual({ kind: "clean" });
    });

    test("tells what a test wrote, without changing it, since the level that stands", async () => {
      const { sql } = client.handle;
      expect(await client.touched?.()).toEqual([]);
      await sql`insert into people (name) values ('Lin')`;
      await client.mark(1);
      await sql`update people set name = 'Countess' where name = 'Ada'`;
      await sql`insert into pets (name) values ('Tom'), ('Tim')`;
      await sql`delete from pets where name = 'Tim'`;
      const line = (pattern: RegExp): unknown => expect.stringMatching(pattern);
      expect(await client.touched?.()).toEqual([
        { name: "people", rows: 1, changes: [line(/^- \(.*Ada/), line(/^\+ \(.*Countess/)] },
        { name: "pets", rows: 1, changes: [line(/^\+ \(.*Tom/)] },
      ]);
      expect(await sql`select name from pets`).toEqual([{ name: "Tom" }]);
      await client.reset(1);
      expect(await client.touched?.()).toEqual([]);
      await sql`insert into pets (name) values ('Tom')`;
      await sql`drop table pets`;
      await sql`delete from people where name = 'Lin'`;
      expect(await client.touched?.()).toEqual([
        { name: "people", rows: 1, changes: [line(/^- \(.*Lin/)] },
      ]);
      await sql`insert into people (name) select repeat('x', 1000) from generate_series(1, 50)`;
      const [people] = (await client.touched?.()) ?? [];
      expect(people?.rows).toBe(50);
      expect(people?.changes).toHaveLength(10);
      expect(Math.max(...(people?.changes ?? []).map(({ length }) => length))).toBe(300);
    });
  });
});
