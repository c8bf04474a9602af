import type { ServiceHandle } from "shakedown/command";
import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

const night = {
  batch_id: "batch_1",
  camera_id: "front_door",
  started_at: "2026-03-01T23:00:00Z",
  risk_score: 90,
  summary: "Somebody tries the door",
  detections: [
    { file_path: "/export/foscam/front_door/1.jpg", object_type: "person", confidence: 0.9 },
    { file_path: "/export/foscam/front_door/2.jpg", object_type: "dog", confidence: 0.75 },
  ],
};

describe("from a camera to an event", { tags: ["full-stack"] }, () => {
  test("a camera is installed, sees somebody, and the operator reviews it", async ({
    api,
    expect,
  }) => {
    await install(api);
    const { body: event } = await api.post("/api/events", night);
    const { body: reviewed } = await api.patch(`/api/events/${event.id}`, {
      reviewed: true,
      notes: "A neighbour",
    });

    expect(reviewed).toMatchObject({ risk_level: "critical", object_types: ["dog", "person"] });
    expect((await api.get("/api/cameras/front_door")).body).toMatchObject({
      last_seen_at: "2026-03-01T23:00:00.000Z",
    });
    expect((await api.get("/api/system/stats")).body).toMatchObject({
      total_cameras: 1,
      total_events: 1,
      total_detections: 2,
      unreviewed_events: 0,
    });
  });

  test("what belongs to the event is found from every side", async ({ api, expect }) => {
    await install(api);
    const { body: event } = await api.post("/api/events", night);
    const idsAt = async (path: string, name: string, query = {}): Promise<number[]> =>
      (await api.get(path, { query })).body[name].map(({ id }: { id: number }) => id);

    const detections = await idsAt(`/api/events/${event.id}/detections`, "detections");
    expect(detections).toHaveLength(2);
    expect((await idsAt("/api/detections", "detections")).toSorted()).toEqual(detections);
    expect(await idsAt("/api/events", "events", { object_type: "dog" })).toEqual([event.id]);
    expect(await idsAt("/api/events", "events", { object_type: "cat" })).toEqual([]);
    expect(await idsAt("/api/events/search", "events", { q: "door person" })).toEqual([event.id]);
  });

  test("detections come first, and their event afterwards", async ({ api, db, expect }) => {
    await install(api);
    const ids: number[] = [];
    for (const { ...detection } of night.detections)
      ids.push(
        (await api.post("/api/detections", { camera_id: "front_door", ...detection })).body.id,
      );
    const { body: event } = await api.post("/api/events", { ...night, detections: [] });
    await db.sql`insert into event_detections select ${event.id}, unnest(${ids}::integer[])`;

    const { body } = await api.get(`/api/events/${event.id}/detections`);

    expect(body.detections).toMatchObject(night.detections);
  });

  test("everybody who listens hears of it, in order", async ({ api, expect }) => {
    await using cameras = await subscribedSocket(api, "cameras");
    await using events = await subscribedSocket(api, "events");
    await install(api);
    for (const batch_id of ["b1", "b2", "b3"])
      await api.post("/api/events", { ...night, batch_id });

    expect(await cameras.next()).toMatchObject({ type: "camera", data: { id: "front_door" } });
    for (const batch_id of ["b1", "b2", "b3"])
      expect(await events.next()).toMatchObject({ type: "event", data: { batch_id } });
  });

  test("a rule makes an alert of the event, and somebody acknowledges it", async ({
    api,
    expect,
  }) => {
    await install(api);
    const { body: rule } = await api.post("/api/alerts/rules", {
      name: "People at the door",
      severity: "high",
      risk_threshold: 80,
      object_types: ["person"],
      camera_ids: ["front_door"],
    });
    await using socket = await subscribedSocket(api, "alerts");
    const { body: event } = await api.post("/api/events", night);
    const { data: alert } = await socket.next();

    const seen = { version_id: alert.version_id };
    const { body: acknowledged } = await api.post(`/api/alerts/${alert.id}/acknowledge`, seen);

    expect(acknowledged).toMatchObject({
      event_id: event.id,
      rule_id: rule.id,
      severity: "high",
      status: "acknowledged",
      dedup_key: `front_door:${rule.id}`,
    });
    const { entries } = (await api.get("/api/audit")).body;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      "alert_acknowledged",
      "rule_created",
      "camera_created",
    ]);
  });

  test("a second event in the rule's cooldown raises no second alert", async ({ api, expect }) => {
    await install(api);
    await api.post("/api/alerts/rules", { name: "Everything", cooldown_seconds: 300 });
    for (const batch_id of ["b1", "b2"]) await api.post("/api/events", { ...night, batch_id });

    expect((await api.get("/api/events")).body.count).toBe(2);
    expect((await api.get("/api/alerts")).body.count).toBe(1);
  });

  test("an event below every rule raises none", async ({ api, expect }) => {
    await install(api);
    await api.post("/api/alerts/rules", { name: "The worst", risk_threshold: 91 });
    await api.post("/api/events", night);

    expect((await api.get("/api/alerts")).body.count).toBe(0);
  });

  test("a list that was read before is fresh after each change", async ({ api, expect }) => {
    await install(api);
    const counts: number[] = [];
    const look = async (): Promise<void> => {
      // Twice: the second answer comes from the cache.
      await api.get("/api/events");
      const { headers, body } = await api.get("/api/events");
      expect(headers.get("x-cache")).toBe("hit");
      counts.push(body.count);
    };

    await look();
    const { body: event } = await api.post("/api/events", night);
    await look();
    await api.delete(`/api/events/${event.id}`);
    await look();
    await api.post(`/api/events/${event.id}/restore`);
    await look();
    await api.delete("/api/cameras/front_door");
    await look();

    expect(counts).toEqual([0, 1, 0, 1, 0]);
  });
});

async function install(api: ServiceHandle): Promise<void> {
  await (await api.post("/api/cameras", { name: "Front door" })).expectStatus(201);
}
