import type { PostgresSession } from "shakedown/postgres";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";
import { test as stackTest } from "../fixtures/stack-test.ts";

type Level = "read uncommitted" | "read committed" | "repeatable read" | "serializable";

/** Two cameras that are online, and two sessions on them. */
const test = stackTest
  .extend("cameras", async ({ db }) => {
    for (const id of ["attic", "garage"]) await cameraFactory.create({ db }, { id });
  })
  .extend("open", ({ db, cameras: _ }) => async (level?: Level) => {
    const session = await db.session();
    if (level !== undefined) await session.query(`set transaction isolation level ${level}`);
    return session;
  });

const online = async ({ sql }: Pick<PostgresSession, "sql">): Promise<readonly string[]> =>
  (await sql<{ id: string }>`select id from cameras where status = 'online' order by id`).map(
    ({ id }) => id,
  );
const turnOff = async ({ sql }: Pick<PostgresSession, "sql">, id: string): Promise<unknown> =>
  await sql`update cameras set status = 'offline' where id = ${id}`;

/** The rule that no constraint can hold: one camera stays online. */
async function turnOffUnlessLast(session: PostgresSession, id: string): Promise<void> {
  if ((await online(session)).length > 1) await turnOff(session, id);
}

describe("read committed", { tags: ["database", "concurrency"] }, () => {
  test("is what a transaction has that does not ask for more", async ({ open, expect }) => {
    await using session = await open();

    expect((await session.query("show transaction isolation level")).rows).toEqual([
      { transaction_isolation: "read committed" },
    ]);
  });

  test.for(["read uncommitted", "read committed"] as const)(
    "what is not committed is seen by nobody else, not even at %s",
    async (level, { open, expect }) => {
      await using writer = await open();
      await using reader = await open(level);
      await turnOff(writer, "attic");

      expect(await online(reader)).toEqual(["attic", "garage"]);
      await writer.rollback();
      expect(await online(reader)).toEqual(["attic", "garage"]);
    },
  );

  test("the same look gives something else as soon as another commits", async ({
    open,
    expect,
  }) => {
    await using writer = await open();
    await using reader = await open("read committed");
    expect(await online(reader)).toEqual(["attic", "garage"]);

    await turnOff(writer, "attic");
    await cameraFactory.create({ db: writer }, { id: "porch" });
    await writer.commit();

    expect(await online(reader)).toEqual(["garage", "porch"]);
  });

  test("of two changes of one row, the second one waits, and builds on the first", async ({
    open,
    db,
    expect,
  }) => {
    await using first = await open();
    await using second = await open();
    const append = "update cameras set name = name || $1 where id = 'attic' returning name";
    await db.query("update cameras set name = 'A' where id = 'attic'");
    await first.query(append, ["B"]);
    const waiting = second.query(append, ["C"]);
    await someoneWaits({ db });
    await first.commit();

    expect((await waiting).rows).toEqual([{ name: "ABC" }]);
  });

  test("what is read and then written from memory overwrites what came between", async ({
    open,
    db,
    expect,
  }) => {
    await using first = await open();
    await using second = await open();
    const nameIn = async ({ sql }: PostgresSession) =>
      (await sql<{ name: string }>`select name from cameras where id = 'attic'`)[0]?.name;
    await db.query("update cameras set name = 'A' where id = 'attic'");
    const [one, other] = [await nameIn(first), await nameIn(second)];
    await first.sql`update cameras set name = ${`${one}B`} where id = 'attic'`;
    await first.commit();
    await second.sql`update cameras set name = ${`${other}C`} where id = 'attic'`;
    await second.commit();

    expect(await db.sql`select name from cameras where id = 'attic'`).toEqual([{ name: "AC" }]);
  });

  test("unless the reader locks the row", async ({ open, db, expect }) => {
    await using first = await open();
    await using second = await open();
    const read = "select name from cameras where id = 'attic' for update";
    await db.query("update cameras set name = 'A' where id = 'attic'");
    await first.query(read);
    const reading = second.query(read);
    await someoneWaits({ db });
    await first.sql`update cameras set name = 'AB' where id = 'attic'`;
    await first.commit();

    expect((await reading).rows).toEqual([{ name: "AB" }]);
  });
});

describe("repeatable read", { tags: ["database", "concurrency"] }, () => {
  test("every look gives the same, whatever others commit", async ({ open, db, expect }) => {
    await using reader = await open("repeatable read");
    expect(await online(reader)).toEqual(["attic", "garage"]);

    await turnOff(db, "attic");
    await cameraFactory.create({ db }, { id: "porch" });
    expect(await online(reader)).toEqual(["attic", "garage"]);

    await reader.commit();
    expect(await online(reader)).toEqual(["garage", "porch"]);
  });

  test("it stands where the first look was, not where the transaction began", async ({
    open,
    db,
    expect,
  }) => {
    await using reader = await open("repeatable read");
    await turnOff(db, "attic");

    expect(await online(reader)).toEqual(["garage"]);
  });

  test("a row that another has changed since cannot be changed", async ({ open, db, expect }) => {
    await using session = await open("repeatable read");
    await online(session);
    await turnOff(db, "attic");

    await expect(
      session.sql`update cameras set status = 'error' where id = 'attic'`,
    ).rejects.toMatchObject({ code: "40001" });
  });

  test("who was refused begins again, and then can", async ({ open, db, expect }) => {
    await using session = await open("repeatable read");
    await online(session);
    await turnOff(db, "attic");
    const change = "update cameras set status = 'error' where id = 'attic'";
    await expect(session.query(change)).rejects.toMatchObject({ code: "40001" });
    await session.rollback();
    await session.query("set transaction isolation level repeatable read");

    await session.query(change);
    await session.commit();
    expect(await db.sql`select status from cameras where id = 'attic'`).toEqual([
      { status: "error" },
    ]);
  });

  test("two that look at both cameras and turn off one each leave none", async ({
    open,
    db,
    expect,
  }) => {
    await using first = await open("repeatable read");
    await using second = await open("repeatable read");
    await turnOffUnlessLast(first, "attic");
    await turnOffUnlessLast(second, "garage");
    await first.commit();
    await second.commit();

    expect(await online(db)).toEqual([]);
  });
});

describe("serializable", { tags: ["database", "concurrency"] }, () => {
  test("of the same two, one is refused, and after another try the rule still holds", async ({
    open,
    db,
    expect,
  }) => {
    await using first = await open("serializable");
    await using second = await open("serializable");
    await turnOffUnlessLast(first, "attic");
    await turnOffUnlessLast(second, "garage");
    await first.commit();
    await expect(second.commit()).rejects.toMatchObject({ code: "40001" });
    await second.rollback();

    await second.query("set transaction isolation level serializable");
    await turnOffUnlessLast(second, "garage");
    await second.commit();

    expect(await online(db)).toEqual(["garage"]);
  });

  test("two that have nothing to do with each other both commit", async ({ open, db, expect }) => {
    await using first = await open("serializable");
    await using second = await open("serializable");
    await first.sql`insert into jobs (job_type) values ('export')`;
    await second.sql`update system_settings set value = 60 where key = 'retention_days'`;
    await first.commit();
    await second.commit();

    expect(await db.sql`select job_type from jobs`).toHaveLength(1);
    expect(
      await db.sql`select value::int from system_settings where key = 'retention_days'`,
    ).toEqual([{ value: 60 }]);
  });

  test("one that only reads cannot write, and sees one moment", async ({ open, db, expect }) => {
    await using reader = await open();
    await reader.query("set transaction isolation level serializable read only deferrable");
    expect(await online(reader)).toEqual(["attic", "garage"]);
    await turnOff(db, "attic");

    expect(await online(reader)).toEqual(["attic", "garage"]);
    await expect(turnOff(reader, "garage")).rejects.toMatchObject({ code: "25006" });
  });
});
