import { describe } from "vitest";
import { readdir } from "node:fs/promises";
import { PG_MIGRATE_LOCK_ID } from "node-pg-migrate";
import { scratchDatabase } from "../fixtures/scratch-database.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest.extend("scratch", scratchDatabase);

const files = (await readdir(new URL("../../db/migrations", import.meta.url)))
  .map((name) => name.replace(/\.sql$/, ""))
  .toSorted();

interface Asked {
  query(text: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

/** All that a migration can have made, as text. */
async function schemaOf(database: Asked): Promise<readonly unknown[]> {
  const { rows } = await database.query(`
    select 'column' as kind, c.relname || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' '
      || attidentity::text || coalesce(' ' || pg_get_expr(adbin, adrelid), '') as what
    from pg_attribute a join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = c.oid and adnum = attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and attnum > 0 and not attisdropped
    union all select 'constraint', conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index', indexdef from pg_indexes where schemaname = 'public'
    union all select 'trigger', pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = tgrelid
    where not tgisinternal and c.relnamespace = 'public'::regnamespace and tgname not like '~shakedown%'
    union all select 'function', prosrc from pg_proc where pronamespace = 'public'::regnamespace
    union all select 'type', t.typname || ' ' || enumlabel from pg_enum join pg_type t on t.oid = enumtypid
    order by 1, 2`);
  return rows.map(({ kind, what }) => `${String(kind)}: ${String(what)}`);
}

describe("migrations", { tags: ["database"], timeout: 30_000 }, () => {
  test("all of them, in their order, make the schema that the tests work on", async ({
    scratch,
    db,
    expect,
  }) => {
    expect(await scratch.migrate("up")).toEqual(files.map((name) => expect.stringContaining(name)));

    const schema = await schemaOf(scratch);
    expect(schema.length).toBeGreaterThan(200);
    expect(schema).toEqual(await schemaOf(db));
  });

  test("up a second time they do nothing", async ({ scratch, expect }) => {
    await scratch.migrate("up");
    const before = await schemaOf(scratch);

    expect(await scratch.migrate("up")).toEqual([]);
    expect(await schemaOf(scratch)).toEqual(before);
  });

  test("down to the first they leave nothing, and up again they make the same", async ({
    scratch,
    expect,
  }) => {
    await scratch.migrate("up");
    const before = await schemaOf(scratch);

    expect(await scratch.migrate("down")).toHaveLength(files.length);
    expect(await schemaOf(scratch)).toEqual([]);
    await scratch.migrate("up");
    expect(await schemaOf(scratch)).toEqual(before);
  });

  test("each of them takes back what it did, and no more", async ({ scratch, expect }) => {
    const steps: (readonly unknown[])[] = [];
    for (const _ of files) {
      steps.push(await schemaOf(scratch));
      await scratch.migrate("up", { count: 1 });
    }

    for (const [index, name] of [...files.entries()].toReversed()) {
      expect(await scratch.migrate("down", { count: 1 })).toEqual([expect.stringContaining(name)]);
      expect(await schemaOf(scratch), name).toEqual(steps[index]);
    }
  });

  test("rows that were there before a later migration stay", async ({ scratch, expect }) => {
    await scratch.migrate("up", { count: 3 });
    await scratch.query(`
      insert into cameras (id, name, folder_path) values ('attic', 'Attic', '/attic');
      insert into events (batch_id, camera_id, started_at, summary) values ('b1', 'attic', now(), 'A cat')`);
    await scratch.migrate("up");

    expect((await scratch.query("select camera_id, summary from events")).rows).toEqual([
      { camera_id: "attic", summary: "A cat" },
    ]);
  });

  test("while another one migrates, it is refused, and changes nothing", async ({
    scratch,
    expect,
  }) => {
    await scratch.query(`select pg_advisory_lock(${PG_MIGRATE_LOCK_ID})`);
    await expect(scratch.migrate("up")).rejects.toThrow("Another migration is already running");
    expect(await schemaOf(scratch)).toEqual([]);

    await scratch.query(`select pg_advisory_unlock(${PG_MIGRATE_LOCK_ID})`);
    expect(await scratch.migrate("up")).toHaveLength(files.length);
  });

  test("one that fails half-way leaves nothing of itself, and can be run once it is put right", async ({
    scratch,
    tempFolder,
    expect,
  }) => {
    const folder = tempFolder.join("migrations");
    const made = "create table visitors (id integer);";
    await tempFolder.write("migrations/001_visitors.sql", `-- Up Migration\n${made} select 1 / 0;`);
    await expect(scratch.migrate("up", { folder })).rejects.toThrow("division by zero");
    expect(await schemaOf(scratch)).toEqual([]);

    await tempFolder.write("migrations/001_visitors.sql", `-- Up Migration\n${made}`);
    expect(await scratch.migrate("up", { folder })).toHaveLength(1);
    expect(await schemaOf(scratch)).toHaveLength(1);
  });
});
