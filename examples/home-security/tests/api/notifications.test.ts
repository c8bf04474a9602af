import { describe } from "vitest";
import { frontDoor } from "../fixtures/front-door.ts";
import { test } from "../fixtures/stack-test.ts";

const path = "/api/notifications";

describe("preferences", { tags: ["api"] }, () => {
  const installed = {
    enabled: true,
    sound: "default",
    risk_levels: ["medium", "high", "critical"],
  };

  test("are those of the installation at first", async ({ api, expect }) => {
    expect((await api.get(`${path}/preferences`)).body).toMatchObject(installed);
  });

  test("change each on its own", async ({ api, expect }) => {
    await api.patch(`${path}/preferences`, { sound: "chime" });
    const { body } = await api.patch(`${path}/preferences`, { risk_levels: [] });

    expect(body).toMatchObject({ ...installed, sound: "chime", risk_levels: [] });
    expect((await api.get(`${path}/preferences`)).body).toEqual(body);
  });

  test.for([{ sound: "bang" }, { risk_levels: ["mild"] }, { enabled: "no" }])(
    "%o is refused",
    async (changes, { api, expect }) => {
      expect((await api.patch(`${path}/preferences`, changes)).status).toBe(422);
    },
  );
});

describe("settings of one camera", { tags: ["api"] }, () => {
  test("a camera that nobody has set up has the defaults", async ({ api, db, expect }) => {
    await frontDoor({ db });

    expect((await api.get(`${path}/cameras/front_door`)).body).toMatchObject({
      camera_id: "front_door",
      enabled: true,
      risk_threshold: 0,
    });
    expect(await db.sql`select * from camera_notification_settings`).toEqual([]);
  });

  test("are set as a whole, however often", async ({ api, db, expect }) => {
    await frontDoor({ db });
    await api.put(`${path}/cameras/front_door`, { enabled: false, risk_threshold: 50 });

    const { body } = await api.put(`${path}/cameras/front_door`, { risk_threshold: 80 });

    expect(body).toMatchObject({ enabled: true, risk_threshold: 80 });
    expect((await api.get(`${path}/cameras/front_door`)).body).toEqual(body);
  });

  test.for(["get", "put"] as const)("%s of no camera is a 404", async (method, { api, expect }) => {
    const response = await api.request(method.toUpperCase(), `${path}/cameras/nowhere`, {
      body: method === "put" ? {} : undefined,
    });

    expect(response.body).toEqual({ detail: "Camera nowhere not found" });
  });
});

describe("quiet hours", { tags: ["api"] }, () => {
  const night = { label: "Night", start_time: "22:00", end_time: "06:00" };

  test("may span midnight, and hold every day unless told otherwise", async ({ api, expect }) => {
    const response = await api.post(`${path}/quiet-hours`, night);

    expect(response.status).toBe(201);
    expect(response.body).toMatchObject(night);
    expect(response.body.days).toHaveLength(7);
  });

  test("come in the order of the day, and can be removed", async ({ api, expect }) => {
    const { body: late } = await api.post(`${path}/quiet-hours`, night);
    await api.post(`${path}/quiet-hours`, {
      label: "Nap",
      start_time: "13:00",
      end_time: "14:30",
      days: ["sunday"],
    });
    const labels = async (): Promise<string[]> =>
      (await api.get(`${path}/quiet-hours`)).body.periods.map(
        ({ label }: { label: string }) => label,
      );

    expect(await labels()).toEqual(["Nap", "Night"]);
    expect((await api.delete(`${path}/quiet-hours/${late.id}`)).status).toBe(204);
    expect(await labels()).toEqual(["Nap"]);
    expect((await api.delete(`${path}/quiet-hours/${late.id}`)).status).toBe(404);
  });

  test.for([
    { end_time: "22:00" },
    { start_time: "7 pm" },
    { start_time: "23:60" },
    { days: [] },
    { days: ["someday"] },
    { label: "" },
  ])("%o is refused", async (wrong, { api, expect }) => {
    expect((await api.post(`${path}/quiet-hours`, { ...night, ...wrong })).status).toBe(422);
  });
});
