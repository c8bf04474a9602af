import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, type Project, shop } from "./project.ts";
import { startEngine } from "./start-engine.ts";

const options = { migrate: "db/migrations", provider: "embedded" };

async function packs({ cache }: Project): Promise<string[]> {
  const folder = join(cache, "data-folders");
  return (await readdir(folder)).map((name) => join(folder, name));
}

test("two that build at once with a cold cache both get a server, and one pack", async () => {
  await using project = await makeProject(shop);
  const started = await Promise.all([1, 2].map(() => startEngine({ ...project, options })));
  try {
    for (const each of started) {
      const lease = await each.lease(0);
      expect(await each.query(lease, "select count(*)::int as n from cameras")).toEqual([{ n: 2 }]);
    }
    expect((await packs(project)).every((file) => file.endsWith(".pack"))).toBe(true);
  } finally {
    await Promise.all(started.map((each) => each[Symbol.asyncDispose]()));
  }
  await using again = await startEngine({ ...project, options });
  expect(again.running.note).toBe("data folder from cache");
});

test("a pack that was cut short or changed is built again", async () => {
  await using project = await makeProject(shop);
  await (await startEngine({ ...project, options }))[Symbol.asyncDispose]();
  for (const spoil of [
    (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
    (bytes: Buffer) => bytes.fill(7, bytes.length - 100, bytes.length - 50),
    () => Buffer.from("x"),
  ]) {
    for (const file of await packs(project)) await writeFile(file, spoil(await readFile(file)));
    await using rebuilt = await startEngine({ ...project, options });
    expect(rebuilt.steps[0]).toBe("initdb");
    expect(
      await rebuilt.query(await rebuilt.lease(0), "select count(*)::int as n from cameras"),
    ).toEqual([{ n: 2 }]);
  }
});

test("a cache that cannot be written costs time only", async () => {
  await using project = await makeProject(shop);
  await writeFile(project.cache, "a file where the folder should be");
  await using started = await startEngine({ ...project, options });
  expect(started.running.note).toMatch(/^migrated 2 files in \d+ ms; not kept: ENOTDIR/);
});

test("what shapes the data makes another pack, what does not makes none", async () => {
  await using project = await makeProject(shop);
  await (await startEngine({ ...project, options }))[Symbol.asyncDispose]();
  const before = await packs(project);
  await (
    await startEngine({ ...project, options: { ...options, name: "other_{slot}" } })
  )[Symbol.asyncDispose]();
  expect(await packs(project)).toEqual(before);
  await project.write({
    "db/migrations/001_cameras.sql": "create table cameras (id int primary key);",
  });
  await (await startEngine({ ...project, options }))[Symbol.asyncDispose]();
  expect(await packs(project)).toHaveLength(before.length + 1);
});
