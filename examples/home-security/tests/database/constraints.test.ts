import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/stack-test.ts";

describe("cameras", { tags: ["database"] }, () => {
  test.for([
    { what: "an unknown status", row: { status: "asleep" }, constraint: "cameras_status_known" },
    { what: "an id with capitals", row: { id: "Front_Door" }, constraint: "cameras_id_form" },
    { what: "a blank name", row: { name: "  " }, constraint: "cameras_name_not_blank" },
  ])("$what is refused", async ({ row, constraint }, { db, expect }) => {
    await expect(cameraFactory.create({ db }, row)).rejects.toThrow(constraint);
  });

  test.for([
    { field: "id", constraint: "cameras_pkey" },
    { field: "name", constraint: "cameras_name_unique" },
    { field: "folder_path", constraint: "cameras_folder_path_unique" },
  ] as const)(
    "two cameras cannot share the $field",
    async ({ field, constraint }, { db, expect }) => {
      const first = await cameraFactory.create({ db });

      await expect(cameraFactory.create({ db }, { [field]: first[field] })).rejects.toThrow(
        constraint,
      );
    },
  );

  test("a new camera is online", async ({ db, expect }) => {
    await db.sql`insert into cameras (id, name, folder_path) values ('attic', 'Attic', '/attic')`;

    expect(await db.sql`select status, last_seen_at from cameras`).toEqual([
      { status: "online", last_seen_at: null },
    ]);
  });
});

describe("events", { tags: ["database"] }, () => {
  test("an event needs its camera", async ({ db, expect }) => {
    await expect(eventFactory.create({ db }, { camera_id: "nowhere" })).rejects.toThrow(
      "events_camera_id_fkey",
    );
  });

  test.for([
    { what: "a score above 100", row: { risk_score: 101 }, constraint: "events_risk_score_range" },
    { what: "a score below 0", row: { risk_score: -1 }, constraint: "events_risk_score_range" },
    {
      what: "an unknown level",
      row: { risk_level: "mild" },
      constraint: "events_risk_level_known",
    },
  ])("$what is refused", async ({ row, constraint }, { db, expect }) => {
    const { id } = await cameraFactory.create({ db });

    await expect(eventFactory.create({ db }, { camera_id: id, ...row })).rejects.toThrow(
      constraint,
    );
  });

  test("an event cannot end before it starts", async ({ db, expect }) => {
    const { id } = await cameraFactory.create({ db });

    await expect(
      db.sql`insert into events (batch_id, camera_id, started_at, ended_at)
             values ('b1', ${id}, '2026-01-02', '2026-01-01')`,
    ).rejects.toThrow("events_end_after_start");
  });

  test("score and level may be unknown", async ({ db, expect }) => {
    const { id } = await cameraFactory.create({ db });

    const event = await eventFactory.create(
      { db },
      { camera_id: id, risk_score: null, risk_level: null },
    );

    expect(event.id).toBeGreaterThan(0);
  });
});
