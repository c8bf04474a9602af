import type { PostgresSession } from "shakedown/postgres";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { dbSession } from "../fixtures/db-session.ts";
import { isolatedDbSession } from "../fixtures/isolated-db-session.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

const test = stackTest.extend("live", dbSession).extend("isolated", isolatedDbSession);

const add = async (session: PostgresSession, id: string): Promise<void> =>
  void (await cameraFactory.create({ db: session }, { id }));

const idsIn = async ({ sql }: Pick<PostgresSession, "sql">): Promise<readonly string[]> =>
  (await sql<{ id: string }>`select id from cameras order by id`).map(({ id }) => id);

// The isolated session stands on savepoints itself: a test's own must work in it as they do in a live one.
describe.for(["live", "isolated"] as const)(
  "savepoints in %s sessions",
  { tags: ["database"] },
  (kind) => {
    test("going back to one keeps what came before it", async ({ live, isolated, expect }) => {
      const session = { live, isolated }[kind];
      await add(session, "kept");
      await session.query("savepoint one");
      await add(session, "taken_back");
      await session.query("rollback to savepoint one");
      await session.commit();

      expect(await idsIn(session)).toEqual(["kept"]);
    });

    test("what is released belongs to what is around it", async ({ live, isolated, expect }) => {
      const session = { live, isolated }[kind];
      await session.query("savepoint outer_one");
      await session.query("savepoint inner_one");
      await add(session, "inner");
      await session.query("release savepoint inner_one");

      expect(await idsIn(session)).toEqual(["inner"]);
      await session.query("rollback to savepoint outer_one");
      expect(await idsIn(session)).toEqual([]);
    });

    test("of two with one name, the later hides the earlier until it is released", async ({
      live,
      isolated,
      expect,
    }) => {
      const session = { live, isolated }[kind];
      await session.query("savepoint same");
      await add(session, "first");
      await session.query("savepoint same");
      await add(session, "second");

      await session.query("rollback to savepoint same");
      expect(await idsIn(session)).toEqual(["first"]);
      await session.query("release savepoint same");
      await session.query("rollback to savepoint same");
      expect(await idsIn(session)).toEqual([]);
    });

    test("after a statement that failed, nothing works until one goes back to it", async ({
      live,
      isolated,
      expect,
    }) => {
      const session = { live, isolated }[kind];
      await add(session, "attic");
      await session.query("savepoint one");

      await expect(add(session, "attic")).rejects.toThrow("cameras_pkey");
      await expect(session.query("select 1")).rejects.toMatchObject({ code: "25P02" });
      await session.query("rollback to savepoint one");
      await add(session, "loft");
      await session.commit();

      expect(await idsIn(session)).toEqual(["attic", "loft"]);
    });

    test("a commit ends them", async ({ live, isolated, expect }) => {
      const session = { live, isolated }[kind];
      await session.query("savepoint one");
      await add(session, "attic");
      await session.commit();

      await expect(session.query("rollback to savepoint one")).rejects.toMatchObject({
        code: "3B001",
      });
      await session.rollback();
      expect(await idsIn(session)).toEqual(["attic"]);
    });

    test("a rollback takes back what was released, down to the last commit", async ({
      live,
      isolated,
      expect,
    }) => {
      const session = { live, isolated }[kind];
      await add(session, "committed");
      await session.commit();
      await session.query("savepoint one");
      await add(session, "released");
      await session.query("release savepoint one");
      await session.rollback();

      expect(await idsIn(session)).toEqual(["committed"]);
    });
  },
);
