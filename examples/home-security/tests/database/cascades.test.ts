import { describe } from "vitest";
import { cameraFactory, detectionFactory, eventFactory } from "../fixtures/factories.ts";
import type { Database } from "../fixtures/database.ts";
import { test } from "../fixtures/stack-test.ts";

describe("what goes with what", { tags: ["database"] }, () => {
  test("a camera takes its events, its detections and their links along", async ({
    db,
    expect,
  }) => {
    await sceneAt({ db }, "attic");
    await sceneAt({ db }, "garage");

    await db.sql`delete from cameras where id = 'attic'`;

    expect(await contents({ db })).toEqual({
      cameras: ["garage"],
      events: ["garage"],
      detections: ["garage"],
      links: 1,
    });
  });

  test("an event takes its links along, but not the detections", async ({ db, expect }) => {
    await sceneAt({ db }, "attic");

    await db.sql`delete from events`;

    expect(await contents({ db })).toEqual({
      cameras: ["attic"],
      events: [],
      detections: ["attic"],
      links: 0,
    });
  });

  test("a camera that is renamed keeps its events", async ({ db, expect }) => {
    await sceneAt({ db }, "attic");

    await db.sql`update cameras set id = 'loft' where id = 'attic'`;

    expect(await contents({ db })).toEqual({
      cameras: ["loft"],
      events: ["loft"],
      detections: ["loft"],
      links: 1,
    });
  });
});

/** A camera with one event that has one detection. */
async function sceneAt({ db }: { db: Database }, id: string): Promise<void> {
  await cameraFactory.create({ db }, { id });
  const event = await eventFactory.create({ db }, { camera_id: id });
  const detection = await detectionFactory.create({ db }, { camera_id: id });
  await db.sql`insert into event_detections (event_id, detection_id) values (${event.id}, ${detection.id})`;
}

async function contents({ db }: { db: Database }): Promise<unknown> {
  const [found] = await db.sql<{ contents: unknown }>`
    select json_build_object(
      'cameras', (select coalesce(json_agg(id order by id), '[]') from cameras),
      'events', (select coalesce(json_agg(camera_id order by id), '[]') from events),
      'detections', (select coalesce(json_agg(camera_id order by id), '[]') from detections),
      'links', (select count(*) from event_detections)
    ) as contents`;
  return found?.contents;
}
