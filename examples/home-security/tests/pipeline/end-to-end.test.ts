import { rename } from "node:fs/promises";
import { until } from "shakedown";
import { stackTest } from "shakedown/vitest";
import { describe } from "vitest";
import stack from "../../pipeline.stack.ts";
import { cameraFactory } from "../fixtures/factories.ts";
import { ruleFactory } from "../fixtures/rule-factory.ts";
import { subscribedSocket } from "../fixtures/subscribed-socket.ts";

/** A camera that uploads into a folder of the test's own, into which the process `pipeline` looks all the time. */
const test = stackTest(stack)
  .extend("camera", async ({ db, tempFolder }) => {
    await tempFolder.write("door/.keep", "");
    return (await cameraFactory.create({ db }, { folder_path: tempFolder.join("door") })).id;
  })
  .extend(
    "upload",
    ({ camera: _, tempFolder }) =>
      async (name: string, ...detections: object[]) => {
        // As FTP servers do: under another name until it is whole. What was seen is there before the picture.
        if (detections.length > 0)
          await tempFolder.write(`door/${name}.json`, JSON.stringify({ detections }));
        const part = await tempFolder.write(`door/${name}.part`, "picture");
        await rename(part, tempFolder.join("door", name));
      },
  );

const person = { object_type: "person", confidence: 0.9 };
const dog = { object_type: "dog", confidence: 0.8 };

describe("from a picture to an alert", { tags: ["pipeline", "websocket"] }, () => {
  test("a picture becomes a detection, an event and an alert, and each is told", async ({
    pipeline,
    db,
    camera,
    upload,
    tempFolder,
    expect,
  }) => {
    const rule = await ruleFactory.create(
      { db },
      { object_types: ["person"], severity: "critical" },
    );
    await using detections = await subscribedSocket(pipeline, "detections");
    await using events = await subscribedSocket(pipeline, "events");
    await using alerts = await subscribedSocket(pipeline, "alerts");

    await upload("1.jpg", person);

    const { data: detection } = await detections.next();
    expect(detection).toMatchObject({
      camera_id: camera,
      file_path: tempFolder.join("door/1.jpg"),
      object_type: "person",
    });
    const { data: event } = await events.next();
    expect(event).toMatchObject({ camera_id: camera, summary: `person at ${camera}` });
    const { data: alert } = await alerts.next();
    expect(alert).toMatchObject({ event_id: event.id, rule_id: rule.id, severity: "critical" });
    expect((await pipeline.get(`/api/events/${event.id}/detections`)).body.detections).toEqual([
      expect.objectContaining({ id: detection.id }),
    ]);
    expect((await pipeline.get(`/api/alerts/${alert.id}`)).body.status).toBe("pending");
  });

  test("everything that was seen in several pictures belongs to an event, and to one only", async ({
    pipeline,
    db,
    upload,
    expect,
  }) => {
    await using detections = await subscribedSocket(pipeline, "detections");
    await upload("1.jpg", person, dog);
    await upload("2.jpg", dog);
    for (let count = 0; count < 3; count++) await detections.next();

    const links = await until(
      async () => {
        const rows = await db.sql`select detection_id from event_detections order by 1`;
        return rows.length >= 3 && rows;
      },
      { what: "events for all of it", everyMs: 10 },
    );

    expect(links).toEqual([{ detection_id: 1 }, { detection_id: 2 }, { detection_id: 3 }]);
  });

  test("a client of another process is told as well", async ({
    pipeline: _,
    api,
    camera,
    upload,
    expect,
  }) => {
    await using socket = await subscribedSocket(api, "events");

    await upload("1.jpg", person);

    expect(await socket.next()).toMatchObject({ type: "event", data: { camera_id: camera } });
  });

  test("a picture without a word beside it is of something that moved", async ({
    pipeline,
    upload,
    expect,
  }) => {
    await using socket = await subscribedSocket(pipeline, "events");

    await upload("1.jpg");

    expect((await socket.next()).data).toMatchObject({ risk_score: expect.any(Number) });
    const { body } = await pipeline.get("/api/events");
    expect(body.events[0].object_types).toEqual(["motion"]);
  });

  test("what a rule does not mean raises no alert", async ({ pipeline, db, upload, expect }) => {
    await ruleFactory.create({ db }, { object_types: ["person"] });
    await using socket = await subscribedSocket(pipeline, "events");
    await using alerts = await subscribedSocket(pipeline, "alerts");

    await upload("1.jpg", dog);
    await socket.next();
    await upload("2.jpg", person);
    await alerts.next();

    expect(await db.sql`select event_id from alerts`).toEqual([{ event_id: 2 }]);
    expect(alerts.received.map(({ type }) => type)).toEqual(["subscribed", "alert"]);
  });

  test("the list of events shows it at once", async ({ pipeline, upload, expect }) => {
    await using socket = await subscribedSocket(pipeline, "events");
    await pipeline.get("/api/events");

    await upload("1.jpg", person);
    const { data: event } = await socket.next();

    expect((await pipeline.get("/api/events")).body.events).toEqual([
      expect.objectContaining({ id: event.id }),
    ]);
  });

  test("what comes in over HTTP goes the same way, also through a process that does nothing in the background", async ({
    pipeline,
    api,
    camera,
    expect,
  }) => {
    await using socket = await subscribedSocket(pipeline, "events");

    const response = await api.post("/api/pipeline/detections", {
      camera_id: camera,
      file_path: "/export/foscam/1.jpg",
      ...person,
    });

    expect(response.status).toBe(202);
    expect((await socket.next()).data.batch_id).toBe(response.body.batch_id);
  });

  test("the system's status is told again and again", async ({ pipeline, camera: _, expect }) => {
    await using socket = await subscribedSocket(pipeline, "system");

    expect(await socket.next()).toMatchObject({
      type: "system_status",
      data: { gpu: null, cameras: { total: 1, online: 1 }, health: "healthy" },
      timestamp: expect.stringMatching(/^\d{4}-/),
    });
    expect(await socket.next()).toMatchObject({ type: "system_status" });
  });

  test("a batch is not lost when the process is started again in the middle", async ({
    pipeline,
    api,
    db,
    camera,
    expect,
  }) => {
    await api.post("/api/pipeline/detections", {
      camera_id: camera,
      file_path: "/export/foscam/1.jpg",
      ...person,
    });
    await pipeline.restart();

    const [event] = await until(
      async () => {
        const rows = await db.sql`select camera_id from events`;
        return rows.length > 0 && rows;
      },
      { what: "the event", everyMs: 10 },
    );
    expect(event).toEqual({ camera_id: camera });
  });
});
