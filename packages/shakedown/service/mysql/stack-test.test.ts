import { beforeAll, expect, test } from "vitest";
import { makeProject, testFile } from "../fixtures/test-project.ts";
import { mariadbAvailable } from "./mariadb-available.ts";

beforeAll(async () => {
  await mariadbAvailable();
}, 180_000);

test("MariaDB and a process of the user's own: rows that the process writes are taken back between tests", async () => {
  await using project = await makeProject({
    "shakedown.stack.ts": `
      import { defineStack } from "@src/stack/define-stack.ts";
      import { command } from "@src/engines/command/service.ts";
      import { logLine } from "@src/engines/command/ready.ts";
      import { mariadb } from "@src/engines/mysql/service.ts";
      export default defineStack({
        db: mariadb({ migrate: "schema.sql" }),
        api: command({
          run: ["node", "server.js"],
          env: ({ db }) => ({ DATABASE_URL: db.url }),
          ready: logLine(/listening on (?<url>http:\\S+)/),
        }),
      });
    `,
    "schema.sql": `
      create table cameras (id int auto_increment primary key, name text not null);
      insert into cameras (name) values ('seeded');
    `,
    "server.js": `
      import { createServer } from "node:http";
      import { createPool } from "mysql2/promise";
      const pool = createPool(process.env.DATABASE_URL);
      await pool.query("insert into cameras (name) values ('admin')");
      const server = createServer(async (request, response) => {
        if (request.method === "POST") await pool.query("insert into cameras (name) values (?)", [request.url.slice(1)]);
        const [rows] = await pool.query("select name from cameras order by id");
        response.setHeader("content-type", "application/json").end(JSON.stringify(rows.map(({ name }) => name)));
      });
      server.listen(0, "127.0.0.1", () => console.log("listening on http://127.0.0.1:" + server.address().port));
    `,
    "cameras.test.ts": `${testFile}
      test.beforeAll(({ db }) => db.sql\`insert into cameras (name) values ('of the file')\`);
      test("one", async ({ api }) => {
        expect((await api.post("/front_door")).body).toEqual(["seeded", "admin", "of the file", "front_door"]);
      });
      test("two", async ({ api }) => {
        expect((await api.get("/")).body).toEqual(["seeded", "admin", "of the file"]);
      });
      test("changes the schema", async ({ db }) => {
        await db.sql\`alter table cameras add column place text\`;
      });
      test("is on a database without it, with the rows of the file", async ({ api, db }) => {
        expect((await api.get("/")).body).toEqual(["seeded", "admin", "of the file"]);
        expect(await db.sql\`show columns from cameras\`).toHaveLength(2);
      });
      test("fails", async ({ api, db }) => {
        await api.post("/culprit");
        expect(1).toBe(2);
      });
      test("is clean after it", async ({ api }) => {
        expect((await api.get("/")).body).toEqual(["seeded", "admin", "of the file"]);
      });
    `,
    "other.test.ts": `${testFile} test("has what services made", async ({ api }) => expect((await api.get("/")).body).toEqual(["seeded", "admin"]));`,
  });
  const run = await project.run();
  expect(run.tests.filter(({ status }) => status !== "passed").map(({ name }) => name)).toEqual([
    "fails",
  ]);
  const failed = run.tests.find(({ name }) => name === "fails");
  expect(failed?.meta["shakedown"]).toMatchObject({
    retired: [
      {
        when: "after",
        kept: [{ service: "db", connect: expect.stringMatching(/^mysql --protocol=tcp/) }],
      },
    ],
  });
}, 120_000);
