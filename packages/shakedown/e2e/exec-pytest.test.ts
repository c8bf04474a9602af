import { spawnSync } from "node:child_process";
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeCliProject, nothingStays } from "./cli-project.ts";

const example = fileURLToPath(new URL("pytest-project", import.meta.url));
const pytest = "python3 -m pytest -q -p no:cacheprovider";
const hasTools = ["python3 -c 'import pytest'", "psql --version"].every(
  (command) => spawnSync("sh", ["-c", command]).status === 0,
);

test.runIf(hasTools)(
  "pytest gets a migrated database, and two of its workers one each",
  async () => {
    await using project = await makeCliProject({}, { pg: true, vitest: false });
    await cp(example, project.folder, { recursive: true });
    const one = await project.shakedown(["exec", "-q", "--", "sh", "-c", pytest]);
    expect(one.out).toContain("1 passed");
    expect(one.code).toBe(0);

    // What pytest-xdist does: processes at the same time, with their names in the environment.
    const workers = ["gw0", "gw1"].map(
      (name) => `PYTEST_XDIST_WORKER=${name} ${pytest} & p${name}=$!`,
    );
    const both = `${workers.join("; ")}; wait $pgw0 && wait $pgw1`;
    const two = await project.shakedown(["exec", "-q", "--slots", "2", "--", "sh", "-c", both]);
    expect(two.out.match(/1 passed/g)).toHaveLength(2);
    expect(two.code).toBe(0);
    await nothingStays(project);
  },
);
