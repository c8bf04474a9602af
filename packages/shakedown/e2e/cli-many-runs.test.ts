import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { placesOf } from "../src/supervisor/places.ts";
import { type CliProject, makeCliProject, nothingStays, testFile } from "./cli-project.ts";
import { openCensus } from "./storm-census.ts";

const runs = 20;
const worktrees = 5;

const files = {
  "db/001.sql": "create table cameras (id int primary key); insert into cameras values (1);",
  "shakedown.stack.ts": `
import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";
import { redis } from "shakedown/redis";
export default defineStack({ db: postgres({ migrate: "db" }), cache: redis() });
`,
  "a.test.ts": testFile(`
for (let turn = 0; turn < 5; turn += 1) {
  test("has all for itself, " + turn, async ({ db, cache, expect }) => {
    expect(await db.sql\`select id from cameras\`).toEqual([{ id: 1 }]);
    expect(await cache.get("seen")).toBeNull();
    await db.sql\`insert into cameras values (2)\`;
    await cache.set("seen", "yes");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await db.sql\`select count(*)::int as n from cameras\`).toEqual([{ n: 2 }]);
  });
}`),
};

/** One supervisor is born for all who come at once. A run that is late may need another one. */
async function supervisorsOf({ folder }: CliProject): Promise<number> {
  const log = await readFile(placesOf(join(folder, "shakedown.stack.ts")).supervisorLog, "utf8");
  return [...log.matchAll(/^listening/gm)].length;
}

async function allPass(projects: readonly CliProject[], each: number): Promise<void> {
  const ended = await Promise.all(
    projects.flatMap((project) =>
      Array.from({ length: each }, () => project.shakedown(["run", "--workers=1"])),
    ),
  );
  const failed = ended.filter(({ code }) => code !== 0);
  expect(failed.map(({ out, err }) => out + err).join("\n")).toBe("");
  for (const { out } of ended) expect(out).toContain("5 passed");
}

test(`${runs} runs at the same instant in one checkout share one supervisor and disturb nobody`, async () => {
  await using project = await makeCliProject(files);
  const census = await openCensus(project.folder);
  await allPass([project], runs);
  expect(await supervisorsOf(project)).toBeLessThanOrEqual(2);
  await nothingStays(project);
  expect(await census.leftovers()).toEqual([]);
});

test(`runs in ${worktrees} worktrees at the same instant have a supervisor each`, async () => {
  const projects = await Promise.all(
    Array.from({ length: worktrees }, () => makeCliProject(files)),
  );
  try {
    await allPass(projects, 2);
    for (const project of projects) {
      expect(await supervisorsOf(project)).toBe(1);
      expect(await (await openCensus(project.folder)).leftovers()).toEqual([]);
    }
  } finally {
    for (const project of projects) await project[Symbol.asyncDispose]();
  }
});
