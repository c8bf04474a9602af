import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { makeCliProject, nothingStays, testFile, webServer, webStack } from "./cli-project.ts";

const files = {
  "server.mjs": webServer,
  "shakedown.stack.ts": webStack,
  "a.test.ts": testFile(`
test("asks", async ({ api, expect }) => expect((await api.get("/hello")).body).toEqual({ url: "/hello" }));
`),
};

test("checkouts whose long paths differ only at their end run at the same time, each on services of its own", async () => {
  const long = Array.from({ length: 6 }, () => "a folder with a long näme").join("/");
  await using project = await makeCliProject(
    Object.fromEntries(
      ["one", "two"].flatMap((checkout) =>
        Object.entries(files).map(([name, text]) => [`${long}/${checkout}/${name}`, text]),
      ),
    ),
  );
  const runs = await Promise.all(
    ["one", "two"].map((checkout) => project.shakedown(["run"], { cwd: `${long}/${checkout}` })),
  );
  expect(runs.map(({ code, out }) => `${code} ${/\d+ passed/.exec(out)?.[0]}`)).toEqual([
    "0 1 passed",
    "0 1 passed",
  ]);
  await nothingStays(project);
});

test("what waits for a pipe to be closed, such as $(…), a pipeline and make, does not wait for the services", async () => {
  await using project = await makeCliProject(files);
  const cli = `"${process.execPath}" node_modules/shakedown/bin/shakedown.js`;
  // Descriptor 9 stands for those that make and others hand to their children.
  const script = `x=$(${cli} up 9>&1); echo "$x" | tail -1; ${cli} up 9>&1 | cat | tail -1; ${cli} down`;
  const { stdout } = await promisify(execFile)("sh", ["-c", script], {
    cwd: project.folder,
    timeout: 60_000,
  });
  expect(stdout.match(/ Ready in /g)).toHaveLength(2);
  expect(stdout).toMatch(/Stopped in \d+ ms/);
  await nothingStays(project);
});
