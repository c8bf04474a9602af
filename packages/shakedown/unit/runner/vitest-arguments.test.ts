import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { vitestArguments, vitestRoot } from "../../src/runner/vitest-arguments.ts";

const test = base.extend<{ project: string }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads the pattern.
  project: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "shakedown-args-"));
    await mkdir(join(folder, "tests", "deep"), { recursive: true });
    await writeFile(join(folder, "tests", "a.test.ts"), "");
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});

test("our flags become Vitest's, and the user's own words come last", ({ project }) => {
  expect(
    vitestArguments(
      {
        files: ["cameras"],
        workers: 2,
        shuffle: true,
        seed: 7,
        tags: ["api", "!slow"],
        rest: ["--maxWorkers=1", "--bail", "1"],
      },
      project,
    ),
  ).toEqual([
    "vitest",
    "run",
    "cameras",
    "--maxWorkers=2",
    "--sequence.shuffle",
    "--sequence.seed=7",
    "--tagsFilter=api",
    "--tagsFilter=!slow",
    "--maxWorkers=1",
    "--bail",
    "1",
  ]);
});

test("a path is meant from where the user stands, with its line", ({ project }) => {
  const cwd = join(project, "tests");
  const {
    [2]: whole,
    [3]: line,
    [4]: word,
  } = vitestArguments({ files: ["a.test.ts", "a.test.ts:12", "b"], rest: [] }, cwd);
  expect([whole, line, word]).toEqual([
    join(cwd, "a.test.ts"),
    `${join(cwd, "a.test.ts")}:12`,
    "b",
  ]);
});

test("Vitest runs where its configuration is, between the user and the stack, else where the stack is", async ({
  project,
}) => {
  const deep = join(project, "tests", "deep");
  expect(vitestRoot(deep, project)).toBe(project);
  await writeFile(join(project, "tests", "vitest.config.ts"), "");
  expect(vitestRoot(deep, project)).toBe(join(project, "tests"));
  expect(vitestRoot(project, project)).toBe(project);
});

test("a stack below the user's folder is run from its own folder unless a configuration is nearer", async ({
  project,
}) => {
  const stackRoot = join(project, "tests");
  await writeFile(join(project, "vite.config.mts"), "");
  expect(vitestRoot(project, stackRoot)).toBe(project);
});
