import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { makeCliProject, nothingStays, webServer, webStack } from "./cli-project.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** The package as it was before an update; it stands where it finds what it depends on. */
async function olderPackage(): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(packageFolder, "node_modules", ".older-"));
  const manifest = JSON.parse(
    await readFile(join(packageFolder, "package.json"), "utf8"),
  ) as object;
  await cp(join(packageFolder, "dist"), join(folder, "dist"), { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ ...manifest, version: "0.0.9" }));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

test("what an older version keeps makes way for the newer one, which keeps it on", async () => {
  await using older = await olderPackage();
  await using project = await makeCliProject({
    "server.mjs": webServer,
    "shakedown.stack.ts": webStack,
  });
  const link = join(project.folder, "node_modules", "shakedown");
  await rm(link);
  await symlink(older.folder, link);
  const before = spawnSync(process.execPath, [join(older.folder, "dist/cli/main.js"), "up"], {
    cwd: project.folder,
    encoding: "utf8",
  });
  expect(before).toMatchObject({ status: 0, stderr: "" });

  await rm(link);
  await symlink(packageFolder, link);
  const ran = await project.shakedown(["exec", "--", "true"]);
  expect(ran).toMatchObject({ code: 0 });
  expect(ran.err).toContain("services start anew: shakedown changed from 0.0.9 to 0.1.0");
  const status = JSON.parse((await project.shakedown(["status", "--json"])).out) as object;
  expect(status).toMatchObject({ running: true, version: "0.1.0", keep: true, idleMs: 7_200_000 });
  await project.shakedown(["down"]);
  await nothingStays(project);
});
