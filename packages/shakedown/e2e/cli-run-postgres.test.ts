import { Client } from "pg";
import { expect, test } from "vitest";
import { makeCliProject, nothingStays, testFile } from "./cli-project.ts";

const files = {
  "db/001_cameras.sql": `create table cameras (id text primary key, name text not null);`,
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
export default defineStack({ db: postgres({ migrate: "db" }) });
`,
  "a.test.ts": testFile(`
test("writes", async ({ db }) => void (await db.sql\`insert into cameras values ('a', 'gate')\`));
test("fails on its own data", async ({ db, expect }) => {
  await db.sql\`insert into cameras values ('b', 'front door')\`;
  await db.sql\`select * from nowhere\`.catch(() => {});
  expect(await db.sql\`select id from cameras\`).toEqual([]);
});
test("makes a table", async ({ db }) => void (await db.sql\`create table extra (id int)\`));
test("is clean", async ({ db, expect }) => expect(await db.sql\`select * from cameras\`).toEqual([]));
`),
};

test("a failed test's statements are shown, and with --keep its data can be looked at until down", async () => {
  await using project = await makeCliProject(files);
  const { code, out } = await project.shakedown(["run", "--keep"]);
  expect(code).toBe(1);
  const summary = out.slice(out.lastIndexOf(" ✖ a.test.ts"));
  expect(summary).toMatch(/log of db \(slot 0\)\n.*relation "nowhere" does not exist/);
  expect(summary).not.toContain("gate");
  expect(summary).toContain("wrote to db: cameras (1 row)\n");
  expect(summary).toMatch(/slot 0, db: .*create table extra/i);
  expect(summary).toContain(" 3 passed, 1 failed (");

  const url = /its data in db is kept: psql '([^']+)'/.exec(summary)?.[1];
  expect(await query(url, "select id, name from cameras")).toEqual([
    { id: "b", name: "front door" },
  ]);

  expect(await project.shakedown(["down"])).toMatchObject({ code: 0 });
  await nothingStays(project);
});

test("without --keep the summary says how to look at the data", async () => {
  await using project = await makeCliProject(files);
  const { out } = await project.shakedown(["run", "--", "-t", "fails on its own data"]);
  expect(out).toContain(
    "its data went with the services; to look at it: shakedown run --keep a.test.ts",
  );
  await nothingStays(project);
});

async function query(url: string | undefined, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(sql)).rows;
  } finally {
    await client.end();
  }
}
