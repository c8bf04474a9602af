import { beforeEach, expect, test } from "vitest";
import { openClient } from "../../src/engines/postgres/client.ts";
import { containersMissing, containersWith, images } from "../container/containers-available.ts";
import { need } from "../need.ts";
import { makeProject, shop } from "./project.ts";
import { startEngine } from "./start-engine.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

const options = { image: images.postgres, provider: "container", migrate: "db/migrations" };

test("PostgreSQL from an image: databases for slots, undone as anywhere, and nothing left", async () => {
  await using project = await makeProject(shop);
  const label = `shakedown.project=${project.root}/shakedown.stack.ts`;
  {
    await using started = await startEngine({ ...project, options });
    expect(started.running.provider).toMatchObject({
      kind: "container",
      version: expect.stringContaining(images.postgres),
    });
    expect(started.running.note).toMatch(/^migrated 2 files in \d+ ms$/);
    expect(containersWith(label)).toHaveLength(1);
    const [zero, one] = [await started.lease(0), await started.lease(1)];
    await zero.seal?.();
    const client = await openClient(
      {
        service: "db",
        engine: "postgres",
        per: "slot",
        outputs: zero.outputs,
        control: zero.control,
      },
      {
        root: project.root,
        references: {},
        restart: () => Promise.reject(new Error("not asked for")),
        pause: () => Promise.reject(new Error("not asked for")),
        logLines: () => Promise.resolve([]),
        ci: false,
      },
    );
    await client.handle.sql`insert into events (camera, note) values (1, 'a')`;
    await client.handle.sql`delete from cameras where id = 2`;
    expect(await started.query(one, "select * from events")).toEqual([]);
    expect(await client.reset(0)).toMatchObject({ kind: "restored" });
    expect(await client.handle.sql`select count(*)::int as n from cameras`).toEqual([{ n: 2 }]);
    await client[Symbol.asyncDispose]();
  }
  expect(containersWith(label)).toEqual([]);
}, 60_000);

test("an image of another version, or without an extension, is refused", async () => {
  await using project = await makeProject({});
  const vector = { image: images.postgres, provider: "container", extensions: ["vector"] };
  await expect(startEngine({ ...project, options: vector })).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringContaining("has no extension vector"),
  });
  await expect(
    startEngine({
      ...project,
      options: { image: images.postgres, provider: "container", version: "17" },
    }),
  ).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringMatching(/the server of the image \S+ is version 15\.\d+, not 17/),
  });
  expect(containersWith(`shakedown.project=${project.root}/shakedown.stack.ts`)).toEqual([]);
}, 60_000);
