import { expect, test } from "vitest";
import { makeCliProject, nothingStays, testFile } from "./cli-project.ts";

const server = `
import { createServer } from "node:http";
import pg from "pg";
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
const server = createServer(async (request, response) => {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await pool.query("insert into cameras values ('by a request')");
  response.end("{}");
});
server.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
`;

const files = {
  "server.mjs": server,
  "db/001.sql": "create table cameras (name text)",
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { command, logLine } from "shakedown/command";
import { postgres } from "shakedown/postgres";
export default defineStack({
  db: postgres({ migrate: "db" }),
  api: command({ run: ["node", "server.mjs"], env: ({ db }) => ({ DATABASE_URL: db.url }), ready: logLine(/listening on (?<url>http:\\S+)/) }),
});
`,
  "a.test.ts": testFile(`
const isClean = (name) => test("after " + name, async ({ db, expect }) => {
  expect(await db.sql\`select name from cameras\`).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(await db.sql\`select name from cameras\`).toEqual([]);
  const { rows } = await db.query("select current_schema() as home, to_regclass('pg_temp.mine') as temp, (select count(*)::int from pg_locks where locktype = 'advisory') as locks");
  expect(rows).toEqual([{ home: "public", temp: null, locks: 0 }]);
});
test("does not await its queries", ({ db }) => {
  for (let n = 0; n < 12; n += 1) void db.sql\`insert into cameras values ('by a query')\`;
});
isClean("queries");
test("does not await its request", ({ api }) => void api.post("/"));
isClean("a request");
test("changes its session", async ({ db }) => {
  await db.query("set search_path = pg_catalog");
  await db.query("create temp table mine (id int)");
  await db.query("select pg_advisory_lock(4711)");
});
isClean("a session");
test("never releases a client", async ({ db }) => {
  const client = await db.pool.connect();
  await client.query("begin");
  await client.query("insert into cameras values ('by a client')");
});
isClean("a client");
test("is over before its query", { timeout: 100 }, async ({ db }) => {
  await db.transaction(async (transaction) => {
    await transaction.sql\`insert into cameras values ('too late')\`;
    await transaction.sql\`select pg_sleep(20)\`;
  });
});
isClean("a query that goes on");
test("kills the server's backend", async ({ db }) => {
  await db.sql\`insert into cameras values ('before a crash')\`;
  const { rows } = await db.query("select pg_backend_pid() as pid");
  process.kill(rows[0].pid, "SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 300));
});
isClean("a crash");
`),
};

test("what a test leaves unfinished reaches no other test", async () => {
  await using project = await makeCliProject(files, { pg: true });
  const { code, out } = await project.shakedown(["run"]);
  expect(out).toMatch(/ ✖ a\.test\.ts › is over before its query/);
  expect(out).toContain(" 11 passed, 1 failed (");
  expect(code).toBe(1);
  await nothingStays(project);
});
