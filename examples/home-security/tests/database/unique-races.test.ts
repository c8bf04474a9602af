import { describe } from "vitest";
import { alertRuleRepository } from "../../src/alert-rules/repository.ts";
import { cameraRepository } from "../../src/cameras/repository.ts";
import { zoneRepository } from "../../src/zones/repository.ts";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";
import { test } from "../fixtures/stack-test.ts";

const ten = Array.from({ length: 10 }, (_, index) => index);
const corners = [
  [0, 0],
  [1, 0],
  [1, 1],
];

/** How many of them worked, and what the others were told. */
async function outcome(attempts: readonly Promise<unknown>[]) {
  const settled = await Promise.allSettled(attempts);
  const refused = settled.filter((each) => each.status === "rejected");
  return {
    made: settled.length - refused.length,
    refusals: new Set(refused.map(({ reason }) => reason.status ?? reason.constraint)),
  };
}

describe(
  "of ten that create the same at once, one does",
  { tags: ["database", "concurrency"] },
  () => {
    test("cameras of one name, with ids of their own", async ({ db, expect }) => {
      const cameras = cameraRepository(db.pool);
      const attempts = ten.map((n) =>
        cameras.create({ id: `c${n}`, name: "Attic", folder_path: `/${n}`, status: "online" }),
      );

      expect(await outcome(attempts)).toEqual({ made: 1, refusals: new Set([409]) });
      expect(await cameras.count()).toBe(1);
    });

    test("zones of one name at one camera, and at another camera as well", async ({
      db,
      expect,
    }) => {
      const zones = zoneRepository(db.pool);
      for (const id of ["attic", "garage"]) await cameraFactory.create({ db }, { id });
      const create = (camera: string) =>
        zones.create(camera, { name: "Door", coordinates: corners } as never);

      expect(await outcome(ten.map(() => create("attic")))).toEqual({
        made: 1,
        refusals: new Set([409]),
      });
      expect(await outcome([create("garage")])).toMatchObject({ made: 1 });
    });

    test("alert rules of one name", async ({ db, expect }) => {
      const rules = alertRuleRepository(db.pool);
      const attempts = ten.map(() => rules.create({ name: "People at night" }));

      expect(await outcome(attempts)).toEqual({ made: 1, refusals: new Set([409]) });
    });

    test("audits of one event", async ({ db, expect }) => {
      await cameraFactory.create({ db }, { id: "front_door" });
      const { id } = await eventFactory.create({ db });

      expect(
        await outcome(ten.map(() => db.sql`insert into event_audits (event_id) values (${id})`)),
      ).toEqual({ made: 1, refusals: new Set(["event_audits_event_unique"]) });
    });

    test("prompts that are in use, of one model", async ({ db, expect }) => {
      const attempts = ten.map(
        (n) => db.sql`
        insert into prompt_configs (model, version, system_prompt, is_active) values ('m', ${n}, 'p', true)`,
      );

      expect(await outcome(attempts)).toEqual({
        made: 1,
        refusals: new Set(["prompt_configs_one_active"]),
      });
    });
  },
);

describe("two that create the same", { tags: ["database", "concurrency"] }, () => {
  test("the second one may have it when the first one gives up", async ({ db, expect }) => {
    await using first = await db.session();
    await using second = await db.session();
    await cameraFactory.create({ db: first }, { id: "attic", name: "First" });
    const waiting = cameraFactory.create({ db: second }, { id: "attic", name: "Second" });
    await someoneWaits({ db });
    await first.rollback();
    await waiting;
    await second.commit();

    expect(await db.sql`select name from cameras`).toEqual([{ name: "Second" }]);
  });

  test("who takes what is there already is not refused, and makes nothing twice", async ({
    db,
    expect,
  }) => {
    const find =
      "insert into cameras (id, name, folder_path) values ('attic', 'Attic', '/attic') on conflict do nothing";
    const made = await Promise.all(ten.map(async () => (await db.query(find)).rowCount));

    expect(made.toSorted()).toEqual([...ten.slice(1).map(() => 0), 1]);
  });

  test("numbers that a failed insert has drawn are not given again", async ({ db, expect }) => {
    const { id: camera_id } = await cameraFactory.create({ db });
    await expect(eventFactory.create({ db }, { camera_id, risk_score: 101 })).rejects.toThrow(
      "events_risk_score_range",
    );

    expect((await eventFactory.create({ db }, { camera_id })).id).toBe(2);
  });
});
