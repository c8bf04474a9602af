import { describe } from "vitest";
import { alertFactory } from "../fixtures/factories.ts";
import { eventAtTheDoor } from "../fixtures/front-door.ts";
import { test as repositoryTest } from "../fixtures/repository-test.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";

const test = repositoryTest.extend("alert", async ({ db, alerts }) => {
  const { id } = await alertFactory.create({ db }, { event_id: await eventAtTheDoor({ db }) });
  const alert = await alerts.find(id);
  if (alert === undefined) throw new Error("the alert is not there");
  return alert;
});

const nobody = "00000000-0000-4000-8000-000000000000";

describe("alertRepository: changes of what one has seen", { tags: ["repositories"] }, () => {
  test("each change raises the version", async ({ alerts, alert, expect }) => {
    expect(alert.version_id).toBe(1);

    const changed = await alerts.update(alert.id, 1, { status: "delivered" });

    expect(changed).toMatchObject({ version_id: 2, status: "delivered" });
    expect(await alerts.update(alert.id, 2, { severity: "low" })).toMatchObject({ version_id: 3 });
  });

  test("who has seen an older version is refused, and changes nothing", async ({
    alerts,
    alert,
    expect,
  }) => {
    await alerts.update(alert.id, 1, { severity: "critical" });

    await expect(alerts.update(alert.id, 1, { severity: "low" })).rejects.toMatchObject({
      status: 409,
      message: "The alert was changed in the meantime: it has version 2, not 1",
    });
    expect(await alerts.find(alert.id)).toMatchObject({ severity: "critical", version_id: 2 });
  });

  test("nor can one have seen a version that is still to come", async ({
    alerts,
    alert,
    expect,
  }) => {
    await expect(alerts.update(alert.id, 2, {})).rejects.toMatchObject({ status: 409 });
  });

  test(
    "of ten at the same time, one changes it",
    { tags: ["concurrency"] },
    async ({ alerts, alert, expect }) => {
      const settled = await Promise.allSettled(
        Array.from({ length: 10 }, (_, n) => alerts.update(alert.id, 1, { metadata: { n } })),
      );

      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await alerts.find(alert.id)).toMatchObject({ version_id: 2 });
    },
  );

  test(
    "who looked before another's commit and writes after it is refused",
    { tags: ["concurrency"] },
    async ({ alerts, alert, db, expect }) => {
      await using other = await db.session();
      await other.sql`update alerts set version_id = 2, severity = 'low' where id = ${alert.id}`;
      // It has looked: the commit is still to come. Now it waits for the row.
      const late = alerts.update(alert.id, 1, { severity: "critical" });
      const refused = expect(late).rejects.toMatchObject({ status: 409 });
      await someoneWaits({ db });
      await other.commit();

      await refused;
      expect(await alerts.find(alert.id)).toMatchObject({ severity: "low", version_id: 2 });
    },
  );

  test(
    "one that is deleted meanwhile is none any more",
    { tags: ["concurrency"] },
    async ({ alerts, alert, db, expect }) => {
      await using other = await db.session();
      await other.sql`delete from alerts where id = ${alert.id}`;
      const late = alerts.update(alert.id, 1, { severity: "critical" });
      await someoneWaits({ db });
      await other.commit();

      expect(await late).toBeUndefined();
    },
  );

  test("a status that may not follow is refused, whatever the version", async ({
    alerts,
    alert,
    expect,
  }) => {
    await alerts.update(alert.id, 1, { status: "dismissed" });

    await expect(alerts.update(alert.id, 2, { status: "pending" })).rejects.toMatchObject({
      status: 409,
      message: "An alert that is dismissed cannot become pending",
    });
  });

  test("an alert of an event or a rule that does not exist is told as that", async ({
    alerts,
    alert,
    expect,
  }) => {
    const wish = { severity: "low" as const, dedup_key: "k", channels: [], metadata: {} };

    await expect(alerts.create({ ...wish, event_id: 4711 })).rejects.toMatchObject({
      status: 404,
      message: "Event 4711 not found",
    });
    await expect(
      alerts.create({ ...wish, event_id: alert.event_id, rule_id: nobody }),
    ).rejects.toMatchObject({ status: 404, message: `Alert rule ${nobody} not found` });
  });
});
