import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { missingCommand, need } from "../service/need.ts";
import { makeCliProject, nothingStays } from "./cli-project.ts";
import { noPytest, python } from "./python.ts";

const example = fileURLToPath(new URL("pytest-project", import.meta.url));
const pytest = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider"];
const missing = noPytest ?? missingCommand(["psql", "--version"]);

test("pytest gets a migrated database, and two workers of pytest-xdist one each", async (context) => {
  need(context, missing);
  await using project = await makeCliProject({}, { pg: true, vitest: false });
  await cp(example, project.folder, { recursive: true });
  const one = await project.shakedown(["exec", "-q", "--", ...pytest]);
  expect(one.out).toContain("2 passed");
  expect(one.code).toBe(0);

  const workers = ["-n", "2", "--dist", "load"];
  const two = await project.shakedown(["exec", "-q", "--slots", "2", "--", ...pytest, ...workers]);
  expect(two.out).toContain("2 passed");
  expect(two.code).toBe(0);
  await nothingStays(project);
});
