import { describe } from "vitest";
import { cameraFactory, zoneFactory } from "../fixtures/factories.ts";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

const zones = "/api/cameras/front_door/zones";
const whole = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

describe("POST /api/cameras/<id>/zones", { tags: ["api"] }, () => {
  test("name and corners are enough: the rest has defaults", async ({ api, db, expect }) => {
    await frontDoor({ db });

    const response = await api.post(zones, { name: "Door", coordinates: whole });

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({
      id: expect.stringMatching(/^zone_/),
      camera_id: "front_door",
      coordinates: whole,
      zone_type: "other",
      shape: "rectangle",
      color: "#3B82F6",
      enabled: true,
      priority: 0,
    });
  });

  test.for([
    {
      what: "a corner outside",
      wrong: {
        coordinates: [
          [0, 0],
          [1.1, 0],
          [1, 1],
        ],
      },
      at: "coordinates",
    },
    {
      what: "two corners",
      wrong: {
        coordinates: [
          [0, 0],
          [1, 1],
        ],
      },
      at: "coordinates",
    },
    {
      what: "a corner in space",
      wrong: {
        coordinates: [
          [0, 0, 0],
          [1, 0, 0],
          [1, 1, 0],
        ],
      },
      at: "coordinates",
    },
    { what: "a color by name", wrong: { color: "blue" }, at: "color" },
    { what: "a short color", wrong: { color: "#FFF" }, at: "color" },
    { what: "a negative priority", wrong: { priority: -1 }, at: "priority" },
    { what: "an unknown type", wrong: { zone_type: "moat" }, at: "zone_type" },
  ])("$what is refused", async ({ wrong, at }, { api, db, expect }) => {
    await frontDoor({ db });

    const response = await api.post(zones, { name: "Door", coordinates: whole, ...wrong });

    expect(response.status).toBe(422);
    expect(response.body.detail[0].loc.slice(0, 2)).toEqual(["body", at]);
  });

  test("a camera has no two zones of one name, two cameras do", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await cameraFactory.create({ db }, { id: "garage" });
    const zone = { name: "Door", coordinates: whole };
    await (await api.post(zones, zone)).expectStatus(201);

    const again = await api.post(zones, zone);
    const elsewhere = await api.post("/api/cameras/garage/zones", zone);

    expect(again.status).toBe(409);
    expect(again.body.detail).toBe("Zone with name 'Door' already exists");
    expect(elsewhere.status).toBe(201);
  });

  test.for(["get", "post"] as const)(
    "%s of no camera is a 404",
    async (method, { api, expect }) => {
      const path = "/api/cameras/nowhere/zones";
      const response =
        method === "get"
          ? await api.get(path)
          : await api.post(path, { name: "Door", coordinates: whole });

      expect(response.status).toBe(404);
      expect(response.body.detail).toBe("Camera nowhere not found");
    },
  );
});

describe("the zones of a camera", { tags: ["api"] }, () => {
  test("come by priority, then by name", async ({ api, db, expect }) => {
    await frontDoor({ db });
    for (const [name, priority] of [
      ["Yard", 0],
      ["Door", 5],
      ["Bell", 5],
    ] as const)
      await zoneFactory.create({ db }, { name, priority });

    const { body } = await api.get(zones);

    expect(body.zones.map(({ name }: { name: string }) => name)).toEqual(["Bell", "Door", "Yard"]);
  });

  test("can be narrowed to those that are on", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await zoneFactory.create({ db }, { enabled: false });
    const { id } = await zoneFactory.create({ db });

    const { body } = await api.get(zones, { query: { enabled: true } });

    expect(body).toMatchObject({ zones: [{ id }], count: 1 });
  });

  test("a change leaves the rest alone, and is dated", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const { id, name } = await zoneFactory.create({ db });
    await db.sql`update zones set updated_at = '2020-01-01'`;

    const { body } = await api.patch(`${zones}/${id}`, { color: "#ff0000", priority: 3 });

    expect(body).toMatchObject({ id, name, color: "#ff0000", priority: 3, enabled: true });
    expect(body.updated_at > "2020-01-02").toBe(true);
  });

  test.for(["get", "patch", "delete"] as const)(
    "%s does not reach another camera's zone",
    async (method, { api, db, expect }) => {
      await frontDoor({ db });
      await cameraFactory.create({ db }, { id: "garage" });
      const { id } = await zoneFactory.create({ db });

      const response = await api.request(method.toUpperCase(), `/api/cameras/garage/zones/${id}`, {
        body: method === "patch" ? { name: "Mine" } : undefined,
      });

      expect(response.status).toBe(404);
      expect((await api.get(`${zones}/${id}`)).status).toBe(200);
    },
  );

  test("one that is deleted is gone", async ({ api, db, expect }) => {
    await frontDoor({ db });
    const { id } = await zoneFactory.create({ db });

    expect((await api.delete(`${zones}/${id}`)).status).toBe(204);
    expect((await api.delete(`${zones}/${id}`)).status).toBe(404);
  });
});
