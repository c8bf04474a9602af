import { expect, test } from "vitest";
import { makeCliProject, nothingStays, testFile } from "./cli-project.ts";

const stack = `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
export default defineStack({ db: postgres({ migrate: "db" }) });
`;

// What the dead worker sent is carried out by the server a second after its death.
const files = {
  "db/001.sql": "create table cameras (name text)",
  "shakedown.stack.ts": stack,
  "vitest.config.ts": `
import { shakedown } from "shakedown/vitest-plugin";
export default { plugins: [shakedown()], test: { maxWorkers: 1, fileParallelism: false, sequence: { sequencer: undefined } } };
`,
  "a.test.ts": testFile(`
test("is killed while it writes", async ({ db }) => {
  await db.sql\`insert into cameras values ('before')\`;
  void db.sql\`insert into cameras select 'after' from pg_sleep(1)\`;
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.kill(process.pid, "SIGKILL");
});`),
  "b.test.ts": testFile(`
test("finds nothing of it, now and later", async ({ db, expect }) => {
  for (let turn = 0; turn < 15; turn += 1) {
    expect(await db.sql\`select name from cameras\`).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});`),
};

test("a worker that is killed gives its slot back, and its last writes reach nobody", async () => {
  await using project = await makeCliProject(files, { pg: true });
  const { code, out } = await project.shakedown(["run"]);
  expect(code).not.toBe(0);
  expect(out).toMatch(/✓ b\.test\.ts/);
  await nothingStays(project);
});

test("a worker that outlives its killed runner under `up` writes to nothing that the next run takes", async () => {
  await using project = await makeCliProject(
    {
      ...files,
      "a.test.ts": testFile(`
import { spawn } from "node:child_process";
test("leaves a process that goes on writing", async ({ db }) => {
  const program = \`
    import pg from "pg";
    const client = new pg.Client({ connectionString: process.env.URL });
    client.on("error", () => process.exit(0));
    await client.connect();
    console.log("writing");
    for (;;) {
      await client.query("insert into cameras values ('by a ghost')");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }\`;
  const ghost = spawn(process.execPath, ["--input-type=module", "-e", program], {
    detached: true,
    env: { ...process.env, URL: db.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => ghost.stdout.once("data", resolve));
  process.kill(process.ppid, "SIGKILL");
  process.kill(process.pid, "SIGKILL");
});`),
    },
    { pg: true },
  );
  expect(await project.shakedown(["up"])).toMatchObject({ code: 0 });
  await project.shakedown(["run", "a.test.ts"]);
  const { code, out } = await project.shakedown(["run", "b.test.ts"]);
  expect(out).toContain("1 passed");
  expect(code).toBe(0);
  expect(await project.shakedown(["down"])).toMatchObject({ code: 0 });
  await nothingStays(project);
});
