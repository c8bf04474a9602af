import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { keptRuns, makeRunFolder, pointLatest } from "../../src/runner/run-folder.ts";

const test = base.extend<{ state: string }>({
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads the pattern.
  state: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "shakedown-runs-"));
    await use(join(folder, ".shakedown"));
    await rm(folder, { recursive: true, force: true });
  },
});

const nth = (number: number): string => `2026-11-21-09${String(number).padStart(2, "0")}-0000`;

test("the newest runs stay, and what is no run is left alone", async ({ state }) => {
  await mkdir(join(state, "runs", "notes"), { recursive: true });
  for (let number = 0; number < keptRuns + 3; number += 1) await makeRunFolder(state, nth(number));
  const names = (await readdir(join(state, "runs"))).sort();
  expect(names).toHaveLength(keptRuns + 1);
  expect(names.at(0)).toBe(nth(3));
  expect(names.at(-1)).toBe("notes");
});

test("git does not see the folder", async ({ state }) => {
  await makeRunFolder(state, nth(1));
  expect(await readFile(join(state, ".gitignore"), "utf8")).toBe("*\n");
});

test("latest points at the newest run, whatever stood there before", async ({ state }) => {
  await makeRunFolder(state, nth(1));
  await pointLatest(state, nth(1));
  expect(await readlink(join(state, "latest"))).toBe(join("runs", nth(1)));
  await pointLatest(state, nth(2));
  expect(await readlink(join(state, "latest"))).toBe(join("runs", nth(2)));
  await rm(join(state, "latest"));
  await mkdir(join(state, "latest"));
  await writeFile(join(state, "latest", "file"), "");
  await pointLatest(state, nth(3));
  expect(await readlink(join(state, "latest"))).toBe(join("runs", nth(3)));
});
