import { describe } from "vitest";
import { cameraRepository } from "../../src/cameras/repository.ts";
import { inTransaction } from "../../src/database.ts";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/repository-test.ts";

const attic = { id: "attic", name: "Attic", folder_path: "/attic", status: "online" } as const;

describe("cameraRepository", { tags: ["repositories"] }, () => {
  test("a camera that is created can be found", async ({ cameras, expect }) => {
    const created = await cameras.create(attic);

    expect(created).toMatchObject({ ...attic, created_at: expect.any(Date), last_seen_at: null });
    expect(await cameras.find("attic")).toEqual(created);
  });

  test("what does not exist is undefined", async ({ cameras, expect }) => {
    expect(await cameras.find("nowhere")).toBeUndefined();
    expect(await cameras.update("nowhere", { status: "error" })).toBeUndefined();
    expect(await cameras.remove("nowhere")).toBe(false);
  });

  test("a change of nothing changes nothing", async ({ cameras, expect }) => {
    const created = await cameras.create(attic);

    expect(await cameras.update("attic", {})).toEqual(created);
  });

  test("a duplicate is told as one", async ({ cameras, expect }) => {
    await cameras.create(attic);

    await expect(
      cameras.create({ ...attic, id: "loft", folder_path: "/loft" }),
    ).rejects.toMatchObject({
      status: 409,
      message: "Camera with name 'Attic' already exists",
    });
  });

  test("quotes in a name are only quotes", async ({ cameras, expect }) => {
    const name = `O'Hara's "garage"; drop table cameras --`;

    await cameras.create({ ...attic, name });

    expect((await cameras.list()).rows[0]?.name).toBe(name);
  });

  test("it works inside a transaction, which can take it all back", async ({
    db,
    cameras,
    expect,
  }) => {
    const work = inTransaction(db.pool, async (client) => {
      await cameraRepository(client).create(attic);
      throw new Error("simulated");
    });

    await expect(work).rejects.toThrow("simulated");
    expect(await cameras.count()).toBe(0);
  });

  test("it counts what another session stored", async ({ cameras, db, expect }) => {
    await cameraFactory.createMany({ db }, 3);

    expect(await cameras.count()).toBe(3);
  });
});
