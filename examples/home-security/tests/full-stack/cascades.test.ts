import type { ServiceHandle } from "shakedown/command";
import { describe } from "vitest";
import { test } from "../fixtures/stack-test.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

const corners = [
  [0, 0],
  [1, 0],
  [1, 1],
];

/** What a camera brings along, through the application itself. Gives the id of its event. */
async function furnish(api: ServiceHandle, id: string): Promise<number> {
  const camera = `/api/cameras/${id}`;
  const created = async (path: string, body: object): Promise<number> =>
    (await (await api.post(path, body)).expectStatus(201)).body.id;

  await created("/api/cameras", { id, name: id });
  const event_id = await created("/api/events", {
    batch_id: "b1",
    camera_id: id,
    detections: [{ file_path: "/1.jpg", object_type: "person", confidence: 1 }],
  });
  await created("/api/alerts", { event_id, severity: "low", dedup_key: id });
  await created(`${camera}/zones`, { name: "Door", coordinates: corners });
  await created(`${camera}/scene-changes`, { similarity_score: 0.5 });
  await api.post(`${camera}/baselines/rebuild`);
  await api.put(`/api/ai-audit/events/${event_id}`, { overall_quality_score: 5 });
  await api.put(`/api/notifications/cameras/${id}`, { risk_threshold: 10 });
  return event_id;
}

const owned = [
  "events",
  "detections",
  "event_detections",
  "alerts",
  "event_audits",
  "zones",
  "scene_changes",
  "activity_baselines",
  "class_baselines",
  "camera_notification_settings",
];

describe("a camera that goes", { tags: ["full-stack"] }, () => {
  test("takes its rows in every table along, and no others", async ({ api, db, expect }) => {
    await furnish(api, "going");
    await furnish(api, "staying");
    for (const table of owned)
      expect(await db.sql`select from ${db.sql.id(table)}`, table).toHaveLength(2);

    await (await api.delete("/api/cameras/going")).expectStatus(204);

    for (const table of owned)
      expect(await db.sql`select from ${db.sql.id(table)}`, table).toHaveLength(1);
  });

  test("leaves what tells of it: the audit log and the logs", async ({ api, db, expect }) => {
    await furnish(api, "going");
    await db.sql`insert into logs (level, component, message, camera_id) values ('INFO', 'x', 'y', 'going')`;

    await api.delete("/api/cameras/going");

    const { body } = await api.get("/api/audit", { query: { resource_id: "going" } });
    expect(body.entries).toMatchObject([
      { action: "camera_deleted" },
      { action: "camera_created" },
    ]);
    expect((await api.get("/api/logs", { query: { camera_id: "going" } })).body.count).toBe(1);
  });

  test("leaves the rules that name it, which then hold for nothing", async ({ api, expect }) => {
    await furnish(api, "going");
    const { body: rule } = await api.post("/api/alerts/rules", {
      name: "R",
      camera_ids: ["going"],
    });

    await api.delete("/api/cameras/going");

    expect((await api.get(`/api/alerts/rules/${rule.id}`)).body.camera_ids).toEqual(["going"]);
  });

  test("is told to who listens, once", async ({ api, expect }) => {
    await furnish(api, "going");
    await using socket = await subscribedSocket(api, "cameras");

    await api.delete("/api/cameras/going");
    await api.delete("/api/cameras/going");
    await api.post("/api/cameras", { name: "Last" });

    expect((await socket.next()).type).toBe("camera_deleted");
    expect(await socket.next()).toMatchObject({ type: "camera", data: { name: "Last" } });
  });

  test("can come again under its old name, with nothing of the old one", async ({
    api,
    expect,
  }) => {
    await furnish(api, "front_door");
    await api.delete("/api/cameras/front_door");

    await (await api.post("/api/cameras", { name: "Front door" })).expectStatus(201);

    expect((await api.get("/api/cameras/front_door/zones")).body.count).toBe(0);
    expect((await api.get("/api/notifications/cameras/front_door")).body.risk_threshold).toBe(0);
    expect((await api.get("/api/events", { query: { camera_id: "front_door" } })).body.count).toBe(
      0,
    );
  });
});

test(
  "an event that goes takes its alerts and its audit along, not its detections",
  { tags: ["full-stack"] },
  async ({ api, db, expect }) => {
    const id = await furnish(api, "front_door");

    await db.sql`delete from events where id = ${id}`;

    expect((await api.get("/api/alerts")).body.count).toBe(0);
    expect((await api.get(`/api/ai-audit/events/${id}`)).status).toBe(404);
    expect((await api.get("/api/detections")).body.count).toBe(1);
  },
);
