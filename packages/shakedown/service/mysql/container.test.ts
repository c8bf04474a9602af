import { beforeEach, expect, test } from "vitest";
import { containersMissing, containersWith, images } from "../container/containers-available.ts";
import { need } from "../need.ts";
import { runningMariadb, shopFiles } from "./running-mariadb.ts";

const missing = containersMissing();
beforeEach((context) => need(context, missing));

const options = {
  image: images.mariadb,
  provider: "container",
  migrate: "db",
  seed: "db/seed.json",
} as const;

test("MariaDB from an image: databases for slots, resets, and nothing left", async () => {
  const it = await runningMariadb({ cache: "/nowhere", options, files: shopFiles() });
  const label = `shakedown.project=${it.context.start.stack.file}`;
  try {
    expect(it.run.provider).toMatchObject({
      kind: "container",
      version: expect.stringContaining(images.mariadb),
      passedOver: [
        { kind: "external", reason: "the stack requires container" },
        { kind: "native", reason: "the stack requires container" },
      ],
    });
    expect(containersWith(label)).toHaveLength(1);
    const [zero, one] = [await it.open(0), await it.open(1)];
    const { handle: db } = zero.client;
    await db.sql`insert into cameras (name) values ('new')`;
    await db.sql`insert into events (camera) values (1)`;
    expect(await one.client.handle.sql`select * from events`).toEqual([]);
    expect((await zero.client.reset(0)).kind).toBe("restored");
    expect(await db.sql`select count(*) as n from cameras`).toEqual([{ n: 2 }]);
  } finally {
    await it[Symbol.asyncDispose]();
  }
  expect(containersWith(label)).toEqual([]);
}, 60_000);

test("an image of another version is refused, or taken with a warning, as the stack says", async () => {
  const other = { image: images.mariadb, provider: "container", version: "11" } as const;
  await expect(runningMariadb({ cache: "/nowhere", options: other })).rejects.toMatchObject({
    code: "PROVIDER_NONE",
    message: expect.stringMatching(/the server of the image \S+ is version 10\.\d+\.\d+, not 11/),
  });
  await using warned = await runningMariadb({
    cache: "/nowhere",
    options: { ...other, onOtherVersion: "warn" },
  });
  expect(warned.run.note).toMatch(/warning: .* not 11/);
}, 60_000);
