import { uniqueId } from "shakedown/vitest";
import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

describe("GET /api/cameras", { tags: ["api"] }, () => {
  test("there are no cameras at first", async ({ api, expect }) => {
    const response = await api.get("/api/cameras");

    expect(response.status).toBe(200);
    expect(response.body).toEqual({ cameras: [], count: 0 });
  });

  test("it lists a camera that another session has stored", async ({ api, db, expect }) => {
    await cameraFactory.create({ db }, { id: "test_camera", name: "Test Camera" });

    const { body } = await api.get("/api/cameras");

    expect(body.count).toBe(1);
    expect(body.cameras[0]).toMatchObject({
      id: "test_camera",
      name: "Test Camera",
      status: "online",
    });
  });

  test("cameras come in the order of their names", async ({ api, db, expect }) => {
    for (const name of ["Garage", "Attic", "Front door"])
      await cameraFactory.create({ db }, { name });

    const { body } = await api.get("/api/cameras");

    expect(body.cameras.map((camera: { name: string }) => camera.name)).toEqual([
      "Attic",
      "Front door",
      "Garage",
    ]);
  });

  test("it can be narrowed to one status", async ({ api, db, expect }) => {
    await cameraFactory.createMany({ db }, 2);
    const broken = await cameraFactory.create({ db }, { status: "error" });

    const { body } = await api.get("/api/cameras", { query: { status: "error" } });

    expect(body).toMatchObject({ cameras: [{ id: broken.id }], count: 1 });
  });

  test("a status that does not exist is refused", async ({ api, expect }) => {
    const response = await api.get("/api/cameras", { query: { status: "asleep" } });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(["query", "status"]);
  });
});

describe("POST /api/cameras", { tags: ["api"] }, () => {
  test("a name is enough: the rest has defaults", async ({ api, expect }) => {
    const response = await api.post("/api/cameras", { name: "  Front  Door-2! " });

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      id: "front_door_2",
      name: "Front  Door-2!",
      folder_path: "/export/foscam/front_door_2",
      status: "online",
      last_seen_at: null,
    });
  });

  test("the camera is in the database when the answer comes", async ({ api, db, expect }) => {
    const id = uniqueId("camera");
    await api.post("/api/cameras", {
      id,
      name: "Garage",
      folder_path: "/mnt/garage",
      status: "unknown",
    });

    const rows = await db.sql`select id, name, folder_path, status from cameras`;

    expect(rows).toEqual([{ id, name: "Garage", folder_path: "/mnt/garage", status: "unknown" }]);
  });

  test.for([
    { taken: "id", second: { id: "porch", name: "Other", folder_path: "/other" } },
    { taken: "name", second: { id: "other", name: "Porch", folder_path: "/other" } },
    { taken: "folder_path", second: { id: "other", name: "Other", folder_path: "/porch" } },
  ])(
    "a second camera with the same $taken is a conflict",
    async ({ taken, second }, { api, expect }) => {
      const first = { id: "porch", name: "Porch", folder_path: "/porch" };
      await (await api.post("/api/cameras", first)).expectStatus(201);

      const response = await api.post("/api/cameras", second);

      expect(response.status).toBe(409);
      expect(response.body.detail).toContain(
        `${taken} '${first[taken as keyof typeof first]}' already exists`,
      );
    },
  );

  test.for([
    { what: "no name", body: {}, loc: ["body", "name"] },
    { what: "a blank name", body: { name: "   " }, loc: ["body", "name"] },
    { what: "an unknown status", body: { name: "A", status: "asleep" }, loc: ["body", "status"] },
    {
      what: "a relative folder",
      body: { name: "A", folder_path: "a" },
      loc: ["body", "folder_path"],
    },
    {
      what: "a folder that climbs",
      body: { name: "A", folder_path: "/a/../etc" },
      loc: ["body", "folder_path"],
    },
    { what: "a name without a letter", body: { name: "!!" }, loc: ["body"] },
  ])("$what is refused, and nothing is stored", async ({ body, loc }, { api, db, expect }) => {
    const response = await api.post("/api/cameras", body);

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(loc);
    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test.for([[], null, "text", 5])("%o is no camera", async (body, { api, expect }) => {
    const response = await api.post("/api/cameras", JSON.stringify(body));

    expect(response.status).toBe(422);
    expect(response.body.detail[0].msg).toBe("The body is not an object");
  });

  test("a body that is not JSON is refused", async ({ api, expect }) => {
    const response = await api.post("/api/cameras", "{not json");

    expect(response.status).toBe(422);
    expect(response.body.detail[0].msg).toBe("The body is not JSON");
  });
});

describe("GET, PATCH and DELETE /api/cameras/<id>", { tags: ["api"] }, () => {
  test("it gives one camera", async ({ api, db, expect }) => {
    const camera = await cameraFactory.create({ db });

    const response = await api.get(`/api/cameras/${camera.id}`);

    expect(response.status).toBe(200);
    expect(response.body).toMatchObject(camera);
  });

  test.for(["get", "delete"] as const)(
    "%s of a camera that does not exist is a 404",
    async (method, { api, expect }) => {
      const response = await api[method]("/api/cameras/nonexistent");

      expect(response.status).toBe(404);
      expect(response.body.detail.toLowerCase()).toContain("not found");
    },
  );

  test("a change to a camera that does not exist is a 404", async ({ api, expect }) => {
    const response = await api.patch("/api/cameras/nonexistent", { status: "offline" });

    expect(response.status).toBe(404);
    expect(response.body).toEqual({ detail: "Camera nonexistent not found" });
  });

  test("a change leaves the other fields alone", async ({ api, db, expect }) => {
    const camera = await cameraFactory.create({ db });

    const response = await api.patch(`/api/cameras/${camera.id}`, { status: "offline" });

    expect(response.body).toMatchObject({ ...camera, status: "offline" });
  });

  test("a camera cannot take another one's name", async ({ api, db, expect }) => {
    const [first, second] = await cameraFactory.createMany({ db }, 2);

    const response = await api.patch(`/api/cameras/${first?.id}`, { name: second?.name });

    expect(response.status).toBe(409);
    expect(response.body.detail).toContain("already exists");
  });

  test("a camera that is deleted takes its events along, and no others", async ({
    api,
    db,
    expect,
  }) => {
    const [going, staying] = await cameraFactory.createMany({ db }, 2);
    await eventFactory.createMany({ db }, 3, { camera_id: going?.id ?? "" });
    await eventFactory.create({ db }, { camera_id: staying?.id ?? "", batch_id: "stays" });

    const response = await api.delete(`/api/cameras/${going?.id}`);

    expect(response.status).toBe(204);
    expect(await db.sql`select batch_id from events`).toEqual([{ batch_id: "stays" }]);
    expect((await api.get(`/api/cameras/${going?.id}`)).status).toBe(404);
  });
});
