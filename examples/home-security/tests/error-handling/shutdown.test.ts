import { once } from "node:events";
import { connect } from "node:net";
import { until } from "shakedown";
import { describe } from "vitest";
import { cameraFactory } from "../fixtures/factories.ts";
import { test } from "../fixtures/own-app-test.ts";
import { someoneWaits } from "../fixtures/someone-waits.ts";

describe("stopping", { tags: ["error-handling"] }, () => {
  test("a batch that is being judged is finished and told first", async ({ start, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    const app = await start({ BACKGROUND: "batches", BATCH_IDLE_MS: "1", BATCH_SWEEP_MS: "2" });
    const told = await app.listen("events");
    await using holding = await db.session();
    await holding.sql`lock table events in exclusive mode`;
    await app.post("/api/pipeline/detections", {
      camera_id: id,
      file_path: "/1.jpg",
      object_type: "dog",
      confidence: 0.9,
    });
    await someoneWaits({ db });

    const stopped = app.stop();
    await holding.commit();
    await stopped;

    expect(await db.sql`select camera_id from events`).toEqual([{ camera_id: id }]);
    expect(told.map(({ type }) => type)).toEqual(["event"]);
  });

  test("what it did not come to is left for the next process", async ({ start, db, expect }) => {
    const { id } = await cameraFactory.create({ db });
    const first = await start({ BATCH_IDLE_MS: "1" });
    await first.post("/api/pipeline/detections", {
      camera_id: id,
      file_path: "/1.jpg",
      object_type: "dog",
      confidence: 0.9,
    });
    await first.stop();

    const second = await start({ BACKGROUND: "batches", BATCH_SWEEP_MS: "2" });

    await until(async () => (await second.get("/api/events")).body.events.length === 1, {
      what: "the event",
      everyMs: 10,
    });
    expect(await db.sql`select camera_id from events`).toEqual([{ camera_id: id }]);
  });

  test("it leaves no connection to the database and none to Redis", async ({
    start,
    db,
    cache,
    expect,
  }) => {
    const connections = async (): Promise<readonly string[]> => {
      const sessions = await db.sql<{ pid: number }>`
        select pid from pg_stat_activity
        where application_name = 'home-security' and datname = current_database()`;
      const clients = (await cache.call("CLIENT", "LIST")) as string;
      return [
        ...sessions.map(({ pid }) => `session ${pid}`),
        ...[...clients.matchAll(/^id=(\d+) .*name=home-security/gm)].map(
          ([, id]) => `client ${id}`,
        ),
      ];
    };
    // Other servers of this slot may close idle ones meanwhile: what counts is who came.
    const before = new Set(await connections());
    const came = async () => (await connections()).filter((each) => !before.has(each));
    const app = await start({ BACKGROUND: "on", CLEANUP_MS: "1", HEALTH_CHECK_MS: "1" });
    await app.get("/api/cameras");
    expect((await came()).map((each) => each.split(" ")[0])).toEqual(
      expect.arrayContaining(["session", "client"]),
    );
    await app.stop();

    await until(async () => (await came()).length === 0, {
      what: "the connections to be gone",
      everyMs: 10,
    });
  });

  test("a client that does not answer the goodbye is not waited for", async ({ start, expect }) => {
    const app = await start({ SOCKET_CLOSE_MS: "50" });
    const { hostname, port } = new URL(app.url);
    const silent = connect(Number(port), hostname);
    silent.write(
      "GET /ws/events HTTP/1.1\r\nhost: home\r\nconnection: Upgrade\r\nupgrade: websocket\r\n" +
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const [greeting] = await once(silent, "data");
    expect(String(greeting)).toMatch(/^HTTP\/1\.1 101 /);
    const gone = once(silent, "close");

    await app.stop();

    await gone;
  });
});
