import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import {
  isShakedownError,
  type JsonValue,
  type ShakedownError,
} from "../../src/errors/shakedown-error.ts";
import { makeProject, type Project, shop } from "./project.ts";
import { startEngine } from "./start-engine.ts";

const publicModule = new URL("../../src/stack/define-stack.ts", import.meta.url).href;
const serviceModule = new URL("../../src/engines/postgres/service.ts", import.meta.url).href;

async function failure(
  project: Project,
  options: Readonly<Record<string, JsonValue>>,
): Promise<ShakedownError> {
  try {
    await using started = await startEngine({ ...project, options });
    throw new Error(`started: ${started.running.note}`);
  } catch (error) {
    if (isShakedownError(error)) return error;
    throw error;
  }
}

test("a migration that fails is told with its file, line and statement, and leaves no server", async () => {
  await using project = await makeProject({
    ...shop,
    "db/migrations/002_events.up.sql":
      "create table events (id int);\n\ninsert into events\n  select nothing from cameras;\n",
  });
  const before = await dataFolders();
  const error = await failure(project, { migrate: "db/migrations" });
  expect(error.code).toBe("MIGRATION_FAILED");
  expect(error.message).toBe(
    'db/migrations/002_events.up.sql:4:10: column "nothing" does not exist',
  );
  expect(error.details["statement"]).toBe("insert into events\n  select nothing from cameras");
  expect(error.details["sqlState"]).toBe("42703");
  const duplicate = await makeProject({
    "a.sql":
      "create table t (id int primary key);\ninsert into t values (1);\ninsert into t values (2);\ninsert into t values (1);",
  });
  await using _duplicate = duplicate;
  const second = await failure(duplicate, { migrate: "a.sql" });
  expect(second.message).toMatch(/^a\.sql:4:1: duplicate key/);
  expect(await dataFolders()).toEqual(before);
});

async function dataFolders(): Promise<readonly string[]> {
  const root = `/dev/shm/shakedown-${process.getuid?.()}`;
  return existsSync(root)
    ? (await readdir(root)).filter((name) => name.startsWith(`test-${process.pid}-`))
    : [];
}

test("a setting that the server refuses is told with its own words", async () => {
  await using project = await makeProject({});
  const error = await failure(project, { settings: { no_such_setting: 1 } });
  expect(error.code).toBe("PROCESS_EXITED");
  expect(error.message).toContain("configuration file");
  expect(JSON.stringify(error.details["logTail"])).toContain("no_such_setting");
});

test("a locale that initdb refuses is told with a remedy", async () => {
  await using project = await makeProject({});
  const error = await failure(project, { locale: "xx_XX.UTF-8" });
  expect(error.message).toContain("invalid locale name");
  expect(error.hint).toContain('"C.UTF-8"');
});

test("seeds come from SQL, dumps, CSV and JSON, and sequences go on after them", async () => {
  await using project = await makeProject({
    ...shop,
    "seed/1_dump.sql":
      "\\restrict abc\nselect pg_catalog.set_config('search_path', '', false);\nCOPY public.cameras (id, name) FROM stdin;\n10\tten\n11\tel;even\n\\.\n\\unrestrict abc\n",
    "seed/2_cameras.csv": 'id,"name"\n20,"twenty ""20"""\n21,"a, b"\n',
    "seed/3.json": '{"events": [{"id": 7, "camera": 20}, {"camera": 21, "note": "x"}]}',
    "seed/4_cameras.json": '[{"id": 30, "name": "thirty"}]',
  });
  await using started = await startEngine({
    ...project,
    options: { migrate: "db/migrations", seed: "seed" },
  });
  expect(started.running.note).toMatch(/^migrated 2 files, seeded 4 files in \d+ ms$/);
  const lease = await started.lease(0);
  expect(await started.query(lease, "select id, name from cameras order by id")).toEqual([
    { id: 1, name: "front; door" },
    { id: 2, name: "it's back" },
    { id: 10, name: "ten" },
    { id: 11, name: "el;even" },
    { id: 20, name: 'twenty "20"' },
    { id: 21, name: "a, b" },
    { id: 30, name: "thirty" },
  ]);
  expect(await started.query(lease, "select camera, note from events order by camera")).toEqual([
    { camera: 20, note: null },
    { camera: 21, note: "x" },
  ]);
  expect(
    await started.query(lease, "insert into cameras (name) values ('new') returning id"),
  ).toEqual([{ id: 31 }]);
  expect(
    await started.query(lease, "insert into events (camera) values (1) returning id > 7 as later"),
  ).toEqual([{ later: true }]);
});

test("a seed without its table names the one that was meant", async () => {
  await using project = await makeProject({ ...shop, "camera.csv": "id\n1\n" });
  const error = await failure(project, { migrate: "db/migrations", seed: "camera.csv" });
  expect(error.hint).toBe("Name it after the table: cameras");
});

test("a command migrates with DATABASE_URL, and is kept when it names its inputs", async () => {
  await using project = await makeProject({
    "migrate.mjs":
      'import { execFileSync } from "node:child_process"; console.log(new URL(process.env.DATABASE_URL).pathname, process.env.PGDATABASE); if (process.argv[2]) process.exit(3);',
  });
  const command = ["node", "migrate.mjs"];
  {
    await using started = await startEngine({ ...project, options: { migrate: { command } } });
    expect(started.running.note).toMatch(
      /^migrated by node migrate\.mjs in \d+ ms; not kept: name its `inputs`$/,
    );
    expect(started.log).toContain("/shakedown_template shakedown_template");
  }
  await (
    await startEngine({ ...project, options: { migrate: { command, inputs: ["migrate.mjs"] } } })
  )[Symbol.asyncDispose]();
  await using again = await startEngine({
    ...project,
    options: { migrate: { command, inputs: ["migrate.mjs"] } },
  });
  expect(again.running.note).toBe("data folder from cache");
  const error = await failure(project, { migrate: { command: [...command, "fail"] } });
  expect(error.message).toBe("db: node migrate.mjs fail ended with status 3");
});

test("a function of the stack file migrates in a process of its own", async () => {
  await using project = await makeProject({
    "shakedown.stack.ts": `
import { defineStack } from ${JSON.stringify(publicModule)};
import { postgres } from ${JSON.stringify(serviceModule)};
export default defineStack({ db: postgres({ migrate: async ({ url }) => { console.log("called with", new URL(url).pathname); } }) });
`,
  });
  await using started = await startEngine({
    ...project,
    options: { migrate: { $function: { service: "db", path: ["migrate"] } } },
  });
  expect(started.log).toContain("called with /shakedown_template");
  const error = await failure(project, {
    migrate: { $function: { service: "db", path: ["gone"] } },
  });
  expect(JSON.stringify(error.details["logTail"])).toContain("services.db.gone");
});

test("a function of the stack file may import what it needs while it runs", async () => {
  await using project = await makeProject({
    "shakedown.stack.ts": `
import { defineStack } from ${JSON.stringify(publicModule)};
import { postgres } from ${JSON.stringify(serviceModule)};
export default defineStack({ db: postgres({ migrate: async ({ url }) => { const { tell } = await import("./db/migrate"); await tell(url); } }) });
`,
    "db/migrate.ts":
      'export async function tell(url: string) { const { pathname } = await import("./path"); console.log("called late with", pathname(url)); }',
    "db/path.ts": "export const pathname = (url: string): string => new URL(url).pathname;",
  });
  await using started = await startEngine({
    ...project,
    options: { migrate: { $function: { service: "db", path: ["migrate"] } } },
  });
  expect(started.log).toContain("called late with /shakedown_template");
});

test("statements that want no transaction run, and one that stays open is told", async () => {
  await using project = await makeProject({
    "ok.sql": "create table t (id int);\ncreate index concurrently on t (id);\nvacuum t;\n",
    "open.sql": "begin;\ncreate table t (id int);\n",
  });
  await using started = await startEngine({ ...project, options: { migrate: "ok.sql" } });
  expect(
    await started.query(
      await started.lease(0),
      "select count(*)::int as n from pg_indexes where tablename = 't'",
    ),
  ).toEqual([{ n: 1 }]);
  expect((await failure(project, { migrate: "open.sql" })).message).toBe(
    "open.sql ends inside a transaction that it began",
  );
});
