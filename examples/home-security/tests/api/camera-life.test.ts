import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

describe("a camera that is deleted with its history kept", { tags: ["api"] }, () => {
  const hidden = { query: { keep_history: true } };

  test("nobody finds it any more, but its events are still there", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await eventFactory.createMany({ db }, 2);

    await (await api.delete("/api/cameras/front_door", hidden)).expectStatus(204);

    expect((await api.get("/api/cameras")).body).toEqual({ cameras: [], count: 0 });
    expect((await api.get("/api/cameras/front_door")).status).toBe(404);
    expect((await api.patch("/api/cameras/front_door", { name: "New" })).status).toBe(404);
    expect((await api.get("/api/events")).body.count).toBe(2);
  });

  test("it takes no new events", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await api.delete("/api/cameras/front_door", hidden);

    const response = await api.post("/api/events", { batch_id: "b1", camera_id: "front_door" });

    expect(response.status).toBe(404);
    expect(response.body.detail).toBe("Camera front_door not found");
  });

  test("it can be restored, as it was", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const { body: before } = await api.get("/api/cameras/front_door");
    await api.delete("/api/cameras/front_door", hidden);

    const restored = await api.post("/api/cameras/front_door/restore");

    expect(restored.status).toBe(200);
    expect(restored.body).toEqual(before);
    expect((await api.get("/api/cameras/front_door")).body).toEqual(before);
  });

  test("its name stays taken", async ({ api, db, expect }) => {
    const { name } = await cameraFactory.create({ db }, { id: "front_door" });
    await api.delete("/api/cameras/front_door", hidden);

    const response = await api.post("/api/cameras", { id: "other", name });

    expect(response.status).toBe(409);
  });

  test("it cannot be deleted twice", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await api.delete("/api/cameras/front_door", hidden);

    expect((await api.delete("/api/cameras/front_door", hidden)).status).toBe(404);
  });

  test.for(["a camera that is not deleted", "a camera that never was"])(
    "%s cannot be restored",
    async (what, { api, db, expect }) => {
      if (what === "a camera that is not deleted") await frontDoor({ db });

      const response = await api.post("/api/cameras/front_door/restore");

      expect(response.status).toBe(404);
      expect(response.body.detail).toBe("Deleted camera front_door not found");
    },
  );

  test("keep_history takes true or false", async ({ api, expect }) => {
    const response = await api.delete("/api/cameras/any", { query: { keep_history: "yes" } });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc).toEqual(["query", "keep_history"]);
  });
});

describe("many cameras", { tags: ["api"] }, () => {
  test.beforeEach(async ({ db }) => {
    for (const name of ["Attic", "Back door", "Cellar", "Front door", "Garage"])
      await cameraFactory.create({ db }, { name, status: name === "Cellar" ? "error" : "online" });
  });

  test.for([
    { query: { limit: 2 }, names: ["Attic", "Back door"], count: 5 },
    { query: { limit: 2, offset: 2 }, names: ["Cellar", "Front door"], count: 5 },
    { query: { limit: 2, offset: 4 }, names: ["Garage"], count: 5 },
    { query: { offset: 5 }, names: [], count: 5 },
    { query: { status: "online", limit: 1, offset: 1 }, names: ["Back door"], count: 4 },
    { query: { name: "DOOR" }, names: ["Back door", "Front door"], count: 2 },
    { query: { name: "%" }, names: [], count: 0 },
  ])("$query gives $names", async ({ query, names, count }, { api, expect }) => {
    const { body } = await api.get("/api/cameras", { query });

    expect(body.cameras.map((camera: { name: string }) => camera.name)).toEqual(names);
    expect(body.count).toBe(count);
  });

  test.for([{ limit: 0 }, { limit: 1001 }, { limit: "all" }, { offset: -1 }])(
    "%o is refused",
    async (query, { api, expect }) => {
      const response = await api.get("/api/cameras", { query });

      expect(response.status).toBe(422);
      expect(response.body.detail[0].loc).toEqual(["query", Object.keys(query)[0]]);
    },
  );
});
