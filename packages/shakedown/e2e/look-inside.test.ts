import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../src/kit/until.ts";
import {
  type CliProject,
  makeCliProject,
  nothingStays,
  testFile,
  webServer,
  webStack,
} from "./cli-project.ts";
import { missingCommand, need } from "../service/need.ts";

const noPsql = missingCommand(["psql", "--version"]);

const databaseFiles = {
  "db/001_cameras.sql": `create table cameras (id text primary key, name text not null);`,
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
export default defineStack({ db: postgres({ migrate: "db" }) });
`,
  "a.test.ts": testFile(`
test("adds a camera", async ({ db, expect }) => {
  await db.sql\`insert into cameras values ('a', 'gate')\`;
  expect(1).toBe(2);
});
`),
};
const webFiles = { "server.mjs": webServer, "shakedown.stack.ts": webStack };

function ask(project: CliProject, args: readonly string[], sql: string): string {
  const main = join(project.folder, "node_modules", "shakedown", "dist", "cli", "main.js");
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [main, "connect", ...args, "--", "-tA", "-c", sql],
    { cwd: project.folder, encoding: "utf8" },
  );
  return stdout === "" ? stderr : stdout;
}

describe("connect", () => {
  test("opens psql on a worker's data, also where nothing runs yet", async (context) => {
    need(context, noPsql);
    await using project = await makeCliProject(databaseFiles, { pg: true });
    expect(ask(project, ["db"], "select count(*) from cameras")).toBe("0\n");
    await nothingStays(project);
    await project.shakedown(["up"]);
    expect(ask(project, ["db", "--slot", "3"], "select current_database()")).toBe("db_test_3\n");
  });

  test("and on what a failed test left, by its name", async (context) => {
    need(context, noPsql);
    await using project = await makeCliProject(databaseFiles, { pg: true });
    expect((await project.shakedown(["run", "--keep"])).code).toBe(1);
    const rows = "select id, name from cameras";
    expect(ask(project, ["db", "--failed"], rows)).toBe("a|gate\n");
    expect(ask(project, ["db", "adds a"], rows)).toBe("a|gate\n");
    expect(ask(project, ["db", "renames"], rows)).toContain(
      'there is: "a.test.ts > adds a camera" failed',
    );
    const url = (await project.shakedown(["connect", "db", "--failed", "--url"])).out.trim();
    expect(spawnSync("psql", [url, "-tAc", rows], { encoding: "utf8" }).stdout).toBe("a|gate\n");
  });

  test("the line of a run's reports opens what that test left, whatever it is called", async (context) => {
    need(context, noPsql);
    await using project = await makeCliProject(databaseFiles, { pg: true });
    const names = ["keeps", "keeps a camera", "it's \n`touch pwned` $(touch pwned) \u001B[31mred"];
    const tests = names.map(
      (name, index) => `test(${JSON.stringify(name)}, async ({ db }) => {
  await db.sql\`insert into cameras values ('${index}', 'gate')\`;
  throw new Error("no");
});`,
    );
    await project.write({
      "a.test.ts": testFile(tests.join("\n")),
      "billing.stack.ts": databaseFiles["shakedown.stack.ts"],
      "b.test.ts": testFile(tests[0] ?? "").replace("shakedown.stack", "billing.stack"),
    });
    await project.shakedown(["up", "--stack", "billing.stack.ts"]);
    expect((await project.shakedown(["run", "--keep", "--workers", "1"])).code).toBe(1);
    const summary = await readFile(
      join(project.folder, ".shakedown", "latest", "summary.txt"),
      "utf8",
    );
    const lines = summary.match(/npx shakedown connect .*/g) ?? [];
    const main = join(project.folder, "node_modules", "shakedown", "dist", "cli", "main.js");
    const pasted = (line: string): string =>
      spawnSync(
        "sh",
        [
          "-c",
          `npx() { shift; '${process.execPath}' '${main}' "$@"; }; ${line} -- -tAc 'select id from cameras'`,
        ],
        { cwd: project.folder, encoding: "utf8" },
      ).stdout;
    expect(lines.map(pasted).toSorted()).toEqual(["0\n", "0\n", "1\n", "2\n"]);
    expect(lines.filter((line) => line.includes("--stack billing.stack.ts"))).toHaveLength(1);
    expect(existsSync(join(project.folder, "pwned"))).toBe(false);
  });

  test("prints the URL of what has no client, and refuses what cannot be", async () => {
    await using project = await makeCliProject(webFiles);
    expect((await project.shakedown(["connect", "clock", "--url"])).err).toContain(
      "→ Start it: shakedown up",
    );
    await project.shakedown(["up"]);
    expect((await project.shakedown(["connect", "clock"])).out).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\n$/,
    );
    expect(await project.shakedown(["connect", "clokc"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Did you mean: shakedown connect clock") as string,
    });
    expect((await project.shakedown(["connect", "clock", "--failed"])).err).toContain(
      "no data of clock was kept of a failed test",
    );
  });
});

describe("restart and logs", () => {
  test("a restart is told, and logs that are followed go on through it", async () => {
    await using project = await makeCliProject(webFiles);
    await project.shakedown(["up"]);
    const logs = project.start(["logs", "-f", "clock", "api"]);
    await logs.sees("listening on");
    const restarted = await project.shakedown(["restart", "clock"]);
    expect(restarted).toMatchObject({ code: 0 });
    expect(restarted.out).toMatch(/^Restarted clock/);
    const { services } = JSON.parse((await project.shakedown(["status", "--json"])).out) as {
      services: { name: string; url?: string }[];
    };
    await fetch(new URL("/after-restart", services[0]?.url));
    await logs.sees("asked for /after-restart");
    await project.shakedown(["down"]);
    await project.shakedown(["up"]);
    await until(() => logs.text().match(/listening on/g)?.length === 3, {
      what: "the line of the next start",
      timeoutMs: 10_000,
    });
    logs.child.kill("SIGINT");
    const { out } = await logs.ended;
    // One line each, for grep.
    expect(
      out
        .split("\n")
        .filter((line) => line !== "" && !/^\d\d:\d\d:\d\d\.\d{3} clock +│ /.test(line)),
    ).toEqual([]);
  });

  test("only some services, since some time, of one slot", async () => {
    await using project = await makeCliProject(webFiles);
    await project.shakedown(["exec", "-q", "--keep", "--slots", "2", "--", "true"]);
    const titles = async (...args: string[]): Promise<string[]> => {
      const { out } = await project.shakedown(["logs", ...args]);
      const all = out.split("\n").flatMap((line) => /^\S+ (\S+) +│/.exec(line)?.[1] ?? []);
      return [...new Set(all)].toSorted();
    };
    expect(await titles()).toEqual(["api.0", "api.1", "clock"]);
    expect(await titles("api", "clock", "--slot", "1")).toEqual(["api.1", "clock"]);
    expect(await titles("clock", "--since", "1h")).toEqual(["clock"]);
    expect(await titles("--since", "1ms")).toEqual([]);
    const wrong = await project.shakedown(["logs", "clokc"]);
    expect(wrong.err).toContain("→ Did you mean: shakedown logs clock");
    expect((await project.shakedown(["logs", "--since", "soon"])).code).toBe(2);
    const missing = await project.shakedown(["restart", "clokc"]);
    expect(missing.err).toContain("→ Did you mean: shakedown restart clock");
  });
});
