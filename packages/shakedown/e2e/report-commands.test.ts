import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCliProject, normalised } from "./cli-project.ts";

const files = {
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { command } from "shakedown/command";
export default defineStack({ api: command({ run: ["true"] }) });
`,
  "plain.test.ts": `import { test } from "vitest"; test("adds up", () => {});`,
};

test("report opens, lists and writes the reports of runs", async () => {
  await using project = await makeCliProject(files);
  expect(await project.shakedown(["report", "open"])).toMatchObject({ code: 2 });
  await project.shakedown(["run"]);
  await project.shakedown(["run", "--no-report"]);

  const { out: list } = await project.shakedown(["report", "list"]);
  expect(normalised(list, project)).toMatch(/^( <run> {2}1 passed {2}<n> ms +shakedown run\n){2}$/);
  const [second, first] = JSON.parse(
    (await project.shakedown(["report", "list", "--json"])).out,
  ) as { runId: string; report?: string }[];
  expect(second).not.toHaveProperty("report");

  const without = await project.shakedown(["report", "open"]);
  expect(without).toMatchObject({ code: 2 });
  expect(without.err).toContain("shakedown report write");
  const opened = await project.shakedown(["report", "open", first?.runId ?? "", "--print"]);
  expect(opened).toMatchObject({ code: 0, out: `${first?.report}\n` });

  const written = await project.shakedown(["report", "write", "--out", "out.html"]);
  expect(written).toMatchObject({ code: 0, out: `${join(project.folder, "out.html")}\n` });
  expect(await readFile(join(project.folder, "out.html"), "utf8")).toMatch(
    /base64\+gzip"[^>]*>[^<]{20}/,
  );
  expect(await project.shakedown(["report", "burn"])).toMatchObject({ code: 2 });
});

test("run writes the reports that are asked for", async () => {
  await using project = await makeCliProject(files);
  expect(await project.shakedown(["run", "--report", "html,pdf"])).toMatchObject({ code: 2 });
  const { out } = await project.shakedown(["run", "--report", "junit"]);
  expect(out).not.toContain("report:");
  const latest = join(project.folder, ".shakedown", "latest");
  expect(await readFile(join(latest, "junit.xml"), "utf8")).toContain("adds up");
  await expect(readFile(join(latest, "report.html"))).rejects.toThrow("ENOENT");
});

test("run --compare-workers runs everything once for each number, and compares", async () => {
  await using project = await makeCliProject(files);
  const { code, out } = await project.shakedown(["run", "--compare-workers", "1,2"]);
  expect(code).toBe(0);
  expect(normalised(out, project)).toMatch(
    / workers {2}took +speed-up\n 1 +<n> ms +1\.00 × +1 tests\n 2 +<n> ms +[\d.]+ × +1 tests\n$/,
  );
  const { out: json } = await project.shakedown(["run", "--compare-workers", "1,2", "--json"]);
  expect(JSON.parse(json)).toMatchObject([
    { workers: 1, passed: 1 },
    { workers: 2, passed: 1 },
  ]);
  expect(await project.shakedown(["run", "--compare-workers", "two"])).toMatchObject({ code: 2 });
});
