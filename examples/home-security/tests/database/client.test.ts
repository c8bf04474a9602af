import { describe } from "vitest";
import { client } from "../fixtures/client.ts";
import { dbSession } from "../fixtures/db-session.ts";
import { cameraFactory } from "../fixtures/factories.ts";
import { isolatedDbSession } from "../fixtures/isolated-db-session.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest
  .extend("client", client)
  .extend("live", dbSession)
  .extend("isolated", isolatedDbSession);

describe("the application and a session side by side", { tags: ["database"] }, () => {
  test("what the session commits the application answers", async ({
    client: app,
    live,
    expect,
  }) => {
    await cameraFactory.create({ db: live }, { id: "test_camera" });
    expect((await app.get("/api/cameras/test_camera")).status).toBe(404);
    await live.commit();

    expect((await app.get("/api/cameras")).body).toMatchObject({
      count: 1,
      cameras: [{ id: "test_camera" }],
    });
  });

  test("what the application commits the session sees, in the middle of its transaction", async ({
    client: app,
    live,
    expect,
  }) => {
    expect(await live.sql`select id from cameras`).toEqual([]);
    expect((await app.post("/api/cameras", { name: "Front door" })).status).toBe(201);

    expect(await live.sql`select id from cameras`).toEqual([{ id: "front_door" }]);
  });

  test("the application in its own process and this one share the worker's database", async ({
    client: app,
    api,
    expect,
  }) => {
    await app.post("/api/cameras", { name: "Front door" });

    expect((await api.get("/api/cameras/front_door")).status).toBe(200);
  });

  test("of an isolated session the application sees nothing, whatever it commits", async ({
    client: app,
    isolated,
    expect,
  }) => {
    await cameraFactory.create({ db: isolated }, { id: "attic" });
    await isolated.commit();

    expect((await app.get("/api/cameras/attic")).status).toBe(404);
  });

  test("an open transaction does not hold up the application, nor the clean-up", async ({
    client: app,
    live,
    expect,
  }) => {
    await cameraFactory.create({ db: live }, { id: "attic" });

    expect((await app.post("/api/cameras", { name: "Loft" })).status).toBe(201);
    expect((await app.get("/api/cameras")).body.count).toBe(1);
    // It stays open: the reset behind this test closes it.
  });
});
