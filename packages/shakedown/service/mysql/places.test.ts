import { chmod, cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { mariadbAvailable } from "./mariadb-available.ts";
import { runningMariadb, shopFiles } from "./running-mariadb.ts";
import { onlyWhere } from "../need.ts";

let installed: string;
beforeAll(async () => {
  installed = await mariadbAvailable();
}, 180_000);

/** A cache of its own, with the programs that were unpacked. */
async function cacheIn(name: string): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "shakedown-my-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const cache = join(folder, name);
  await mkdir(cache);
  await cp(join(installed, "unpacked"), join(cache, "unpacked"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  return cache;
}

const options = { migrate: "db", seed: "db/seed.json", provider: "native" } as const;

test("a cold cache, in a folder with spaces and letters beyond ASCII, is filled once", async () => {
  const cache = await cacheIn("Überwachung & 'カメラ'");
  const files = shopFiles();
  {
    await using first = await runningMariadb({ cache, options, files });
    expect(first.steps).toContain("making a data folder");
  }
  await using again = await runningMariadb({ cache, options, files });
  expect(again.run.note).toBe("data folder from cache");
  const { client } = await again.open(0);
  expect(await client.handle.sql`select count(*) as n from cameras`).toEqual([{ n: 2 }]);
});

test("root without user namespaces runs the server as another user, from a copy when a folder is closed", async (context) => {
  onlyWhere(context, process.getuid?.() === 0, "for root");
  const cache = await cacheIn("cache");
  await chmod(join(cache, ".."), 0o711);
  await chmod(join(cache, "unpacked"), 0o700);
  // A PATH with an unshare that is not allowed to do anything stands for a machine where namespaces are closed.
  const bin = join(cache, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "unshare"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const environment = { PATH: `${bin}:${process.env["PATH"]}` };
  const files = shopFiles();
  for (const note of [/^migrated/, /^data folder from cache$/]) {
    await using it = await runningMariadb({ cache, options, files, environment });
    expect(it.run.provider.reason).toContain("as user 65534");
    expect(it.run.note).toMatch(note);
    const { client } = await it.open(0);
    expect(await client.handle.sql`select count(*) as n from cameras`).toEqual([{ n: 2 }]);
  }
});
