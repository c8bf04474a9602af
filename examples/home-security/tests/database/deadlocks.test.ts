import type { PostgresSession } from "shakedown/postgres";
import { describe } from "vitest";
import { cameraFactory, eventFactory } from "../fixtures/factories.ts";
import { jobFactory } from "../fixtures/job-factory.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const ids = ["a", "b", "c"] as const;
const test = stackTest.extend("cameras", async ({ db }) => {
  for (const id of ids) await cameraFactory.create({ db }, { id });
});

const claim = async ({ sql }: PostgresSession, id: string, by: string): Promise<void> =>
  void (await sql`update cameras set name = ${`${id} by ${by}`} where id = ${id}`);

/** Who was refused and with which code, and who was not. */
async function outcomes(work: Readonly<Record<string, Promise<unknown>>>) {
  const settled = await Promise.allSettled(Object.values(work));
  const names = Object.keys(work);
  const of = (status: PromiseSettledResult<unknown>["status"]) =>
    names.filter((_, index) => settled[index]?.status === status);
  return {
    done: of("fulfilled"),
    victims: of("rejected"),
    codes: settled.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : [])),
  };
}

describe("sessions that wait for each other", { tags: ["database", "concurrency"] }, () => {
  test("two that take two rows in opposite order: one victim, and the other commits all it did", async ({
    db,
    cameras: _,
    expect,
  }) => {
    await using one = await db.session();
    await using two = await db.session();
    const sessions = { one, two };
    await claim(one, "a", "one");
    await claim(two, "b", "two");

    const found = await outcomes({ one: claim(one, "b", "one"), two: claim(two, "a", "two") });

    expect(found.codes).toEqual(["40P01"]);
    expect(found.done).toHaveLength(1);
    const winner = found.done[0] as keyof typeof sessions;
    await sessions[winner].commit();
    expect(await db.sql`select name from cameras where id in ('a', 'b') order by id`).toEqual([
      { name: `a by ${winner}` },
      { name: `b by ${winner}` },
    ]);
  });

  test("the victim has lost all it did, and can do it again", async ({
    db,
    cameras: _,
    expect,
  }) => {
    await using one = await db.session();
    await using two = await db.session();
    const sessions = { one, two };
    await claim(one, "c", "one");
    await claim(one, "a", "one");
    await claim(two, "b", "two");
    // Who waits longer before it looks for a circle is not its victim.
    await two.sql`set local deadlock_timeout = '60s'`;
    const found = await outcomes({ one: claim(one, "b", "one"), two: claim(two, "a", "two") });
    expect(found.victims).toEqual(["one"]);
    await sessions.two.commit();
    await sessions.one.rollback();

    expect(await one.sql`select from cameras where name like '% by one'`).toEqual([]);
    for (const id of ids) await claim(one, id, "one");
    await one.commit();
    expect(await db.sql`select from cameras where name like '% by one'`).toHaveLength(3);
  });

  test("three in a circle: one victim is enough", async ({ db, cameras: _, expect }) => {
    await using one = await db.session();
    await using two = await db.session();
    await using three = await db.session();
    const sessions = { one, two, three };
    await claim(one, "a", "one");
    await claim(two, "b", "two");
    await claim(three, "c", "three");
    // Each session ends as soon as it can, so that whoever waits for it goes on.
    const take = async (name: keyof typeof sessions, id: string): Promise<void> => {
      try {
        await claim(sessions[name], id, name);
        await sessions[name].commit();
      } catch (error) {
        await sessions[name].rollback();
        throw error;
      }
    };

    const found = await outcomes({
      one: take("one", "b"),
      two: take("two", "c"),
      three: take("three", "a"),
    });

    expect(found.codes).toEqual(["40P01"]);
    expect(found.done).toHaveLength(2);
  });

  test("two that take their rows in one order wait, and both commit", async ({
    db,
    cameras: _,
    expect,
  }) => {
    await using one = await db.session();
    await using two = await db.session();
    const lock = "select id from cameras order by id for update";
    await one.query(lock);
    const waiting = two.query(lock);
    await someoneWaits({ db });
    for (const id of ids.toReversed()) await claim(one, id, "one");
    await one.commit();
    await waiting;
    for (const id of ids) await claim(two, id, "two");
    await two.commit();

    expect(await db.sql`select from cameras where name like '% by two'`).toHaveLength(3);
  });

  test("events of one camera that arrive together do not wait for each other, nor for its status", async ({
    db,
    cameras: _,
    expect,
  }) => {
    await using one = await db.session();
    await using two = await db.session();
    await two.sql`set local lock_timeout = '1ms'`;
    await eventFactory.create({ db: one }, { camera_id: "a" });
    await eventFactory.create({ db: two }, { camera_id: "a" });
    await two.sql`update cameras set status = 'error' where id = 'a'`;
    await one.commit();
    await two.commit();

    expect(await db.sql`select id from events where camera_id = 'a'`).toHaveLength(2);
  });

  test("a camera cannot be deleted under an event that is being written", async ({
    db,
    cameras: _,
    expect,
  }) => {
    await using writing = await db.session();
    await using deleting = await db.session();
    await eventFactory.create({ db: writing }, { camera_id: "a" });
    await deleting.sql`set local lock_timeout = '1ms'`;

    await expect(deleting.sql`delete from cameras where id = 'a'`).rejects.toMatchObject({
      code: "55P03",
    });
  });

  test("who does not want to wait is told at once", async ({ db, cameras: _, expect }) => {
    await using one = await db.session();
    await using two = await db.session();
    await claim(one, "a", "one");

    await expect(
      two.query("select from cameras where id = 'a' for update nowait"),
    ).rejects.toMatchObject({ code: "55P03" });
  });

  test("workers that skip what is locked take different jobs, the most urgent first", async ({
    db,
    expect,
  }) => {
    await jobFactory.createMany({ db }, 3, (index) => ({ priority: 2 - index }));
    await using one = await db.session();
    await using two = await db.session();
    const next =
      "select priority from jobs order by priority, created_at limit 1 for update skip locked";

    expect((await one.query(next)).rows).toEqual([{ priority: 0 }]);
    expect((await two.query(next)).rows).toEqual([{ priority: 1 }]);
  });
});
