import { until } from "shakedown";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/own-app-test.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";

const soon = { everyMs: 10 };

describe("without its database", { tags: ["error-handling", "database"] }, () => {
  test("it answers 503, and says why", async ({ start, databaseLink, expect }) => {
    const app = await start();
    databaseLink.cut();

    const { status, body } = await app.get("/api/cameras");

    expect([status, body]).toEqual([503, { detail: "The database is not available" }]);
  });

  test("it is alive, but neither healthy nor ready", async ({ start, databaseLink, expect }) => {
    const app = await start();
    databaseLink.cut();

    expect(await app.get("/health")).toMatchObject({ status: 200 });
    expect(await app.get("/api/system/health")).toMatchObject({
      status: 503,
      body: { status: "unhealthy", services: { database: "unhealthy", redis: "healthy" } },
    });
    expect(await app.get("/api/system/health/ready")).toMatchObject({
      status: 503,
      body: { ready: false, status: "not_ready" },
    });
  });

  test("as soon as it is back, everything works again", async ({ start, databaseLink, expect }) => {
    const app = await start();
    await app.get("/api/cameras");
    databaseLink.cut();
    await app.get("/api/cameras");
    databaseLink.restore();

    expect(await app.get("/api/cameras")).toMatchObject({ status: 200, body: { count: 0 } });
    expect(await app.get("/api/system/health")).toMatchObject({ status: 200 });
  });

  test("it may come later than the application", async ({ start, databaseLink, expect }) => {
    databaseLink.cut();
    const app = await start();
    expect((await app.get("/api/cameras")).status).toBe(503);
    databaseLink.restore();

    expect((await app.get("/api/cameras")).status).toBe(200);
  });

  test("where nothing listens, it is the same 503", async ({ start, expect }) => {
    const app = await start({ DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" });

    expect(await app.get("/api/cameras")).toMatchObject({
      status: 503,
      body: { detail: "The database is not available" },
    });
  });

  test("a change that was refused did not happen", async ({ start, databaseLink, db, expect }) => {
    const app = await start();
    databaseLink.cut();

    expect((await app.post("/api/cameras", { name: "Garage" })).status).toBe(503);

    expect(await db.sql`select id from cameras`).toEqual([]);
  });

  test("what is in the cache is still answered", async ({ start, databaseLink, expect }) => {
    const app = await start();
    await app.get("/api/events");
    databaseLink.cut();

    const { status, headers } = await app.get("/api/events");
    expect([status, headers.get("x-cache")]).toEqual([200, "hit"]);
  });

  test("a database that says nothing is given up", async ({ start, databaseLink, expect }) => {
    const app = await start({ DATABASE_TIMEOUT_MS: "100", DATABASE_POOL_SIZE: "1" });
    await app.get("/api/cameras");
    databaseLink.stall();
    expect((await app.get("/api/cameras")).status).toBe(503);
    databaseLink.restore();

    await until(async () => (await app.get("/api/cameras")).status === 200, {
      what: "an answer",
      ...soon,
    });
  });

  test("when the connection breaks in the middle of a transaction, nothing of it stays, and the process lives", async ({
    start,
    databaseLink,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    const app = await start();
    await using other = await db.session();
    await other.sql`select id from cameras where id = ${id} for update`;
    const waiting = app.post("/api/events", {
      batch_id: "b1",
      camera_id: id,
      detections: [{ file_path: "/1.jpg", object_type: "person", confidence: 0.9 }],
    });
    await someoneWaits({ db });

    databaseLink.cut();
    expect((await waiting).status).toBe(503);
    await other.rollback();
    databaseLink.restore();

    expect((await app.get("/api/events")).body.events).toEqual([]);
    expect(await db.sql`select id from detections`).toEqual([]);
    expect((await app.post("/api/events", { batch_id: "b1", camera_id: id })).status).toBe(201);
  });

  test("a batch that is due meanwhile becomes an event when it is back, however long that takes", async ({
    start,
    databaseLink,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    const seen = { camera_id: id, file_path: "/1.jpg", object_type: "person", confidence: 0.9 };
    await (await start({ BATCH_IDLE_MS: "1" })).post("/api/pipeline/detections", seen);
    databaseLink.cut();
    const app = await start({ BACKGROUND: "batches", BATCH_SWEEP_MS: "5", BATCH_RETRY_MS: "5" });
    const told = await app.listen("events");
    const triesBefore = databaseLink.refused();
    await until(async () => databaseLink.refused() > triesBefore + 5, {
      what: "several tries",
      ...soon,
    });

    expect((await app.get("/api/pipeline/batches")).body).toEqual({ open: 0, waiting: 1, dead: 0 });
    databaseLink.restore();

    await until(async () => told.length === 1, { what: "the event", ...soon });
    expect((await app.get("/api/events")).body.events).toMatchObject([{ camera_id: id }]);
  });
});

describe("when the database ends connections", { tags: ["error-handling", "database"] }, () => {
  // The server is there for all workers: only this one's database is meant.
  const endConnections = `
    select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'home-security' and datname = current_database()`;

  test("idle ones are replaced without anybody noticing", async ({ api, db, expect }) => {
    await api.get("/api/cameras");
    const { rowCount } = await db.query(endConnections);
    expect(rowCount).toBeGreaterThan(0);

    await until(async () => (await api.get("/api/cameras")).status === 200, {
      what: "an answer",
      ...soon,
    });
  });

  test("a request in the middle is told 503, and the next one works", async ({
    api,
    db,
    expect,
  }) => {
    const { id } = await cameraFactory.create({ db });
    await using other = await db.session();
    await other.sql`select id from cameras where id = ${id} for update`;
    const waiting = api.patch(`/api/cameras/${id}`, { status: "error" });
    await until(
      async () => (await db.query(`${endConnections} and wait_event_type = 'Lock'`)).rowCount === 1,
      { what: "the request to wait for the lock", ...soon },
    );

    expect((await waiting).status).toBe(503);
    await other.rollback();
    expect((await api.patch(`/api/cameras/${id}`, { status: "error" })).status).toBe(200);
  });
});
