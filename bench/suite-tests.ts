import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const testsPerFile = 45;

/**
 * The kinds of test that the home-security system has, and how many files of each: the proportions of the 67 files that
 * are known by kind. Every body leaves names that do not collide, since bare Vitest takes nothing back.
 */
const kinds: readonly { readonly name: string; readonly files: number; readonly body: Body }[] = [
  { name: "api", files: 13, body: apiTest },
  { name: "websocket", files: 2, body: webSocketTest },
  { name: "services", files: 7, body: serviceTest },
  { name: "database", files: 5, body: databaseTest },
  { name: "errors", files: 3, body: errorTest },
  { name: "pipeline", files: 3, body: pipelineTest },
  { name: "repositories", files: 2, body: repositoryTest },
];

export const testCount = testsPerFile * kinds.reduce((sum, { files }) => sum + files, 0);

export type Flavour = "bare" | "shakedown";

type Body = (id: string) => string;

/** Writes the same tests twice: against servers made by hand, and on Shakedown's fixtures. */
export function writeSuite(project: string): void {
  const generated = join(project, "generated");
  rmSync(generated, { recursive: true, force: true });
  for (const flavour of ["bare", "shakedown"] as const) {
    mkdirSync(join(generated, flavour), { recursive: true });
    for (const { name, files, body } of kinds) {
      for (let file = 0; file < files; file += 1) {
        const tests = Array.from({ length: testsPerFile }, (_, test) =>
          body(`${name}_${file}_${test}`),
        );
        const head = [
          `import { expect } from "vitest";`,
          `import { test } from "../../${flavour}-test.ts";`,
          ...(name === "repositories" ? [repositoryImport] : []),
        ];
        writeFileSync(
          join(generated, flavour, `${name}-${file}.test.ts`),
          `${[...head, "", ...tests].join("\n")}\n`,
        );
      }
    }
  }
}

const repositoryImport = `import { cameraRepository } from "../../../../examples/home-security/src/cameras/repository.ts";`;

/** Five requests and two statements. */
function apiTest(id: string): string {
  return `test("a camera is made, changed and removed with its events ${id}", async ({ api, db }) => {
  const made = await api.post("/api/cameras", { name: "${id}" });
  expect(made.status).toBe(201);
  const path = "/api/cameras/" + made.body.id;
  expect((await api.get(path)).body.name).toBe("${id}");
  expect((await api.patch(path, { status: "error" })).body.status).toBe("error");
  await db.sql\`insert into events (batch_id, camera_id, started_at) values ('${id}', \${made.body.id}, now())\`;
  expect((await api.get("/api/events?camera_id=" + made.body.id)).body.events).toHaveLength(1);
  expect((await api.delete(path)).status).toBe(204);
  expect(await db.sql\`select id from events where batch_id = '${id}'\`).toEqual([]);
});`;
}

function webSocketTest(id: string): string {
  return `test("a change of a camera is broadcast ${id}", async ({ api }) => {
  const socket = await api.connect("/ws/events");
  socket.send({ type: "subscribe", channel: "cameras" });
  await socket.next((message) => message.type === "subscribed");
  await api.post("/api/cameras", { name: "${id}" });
  const message = await socket.next(({ data }) => data?.name === "${id}");
  expect(message.type).toBe("camera");
  await socket.close();
});`;
}

/** Eight commands to Redis. */
function serviceTest(id: string): string {
  return `test("a batch is gathered in Redis ${id}", async ({ cache }) => {
  await cache.del("batch:${id}", "seen:${id}");
  await cache.rpush("batch:${id}", "1", "2", "3");
  expect(await cache.llen("batch:${id}")).toBe(3);
  expect(await cache.set("seen:${id}", "1", "EX", 60, "NX")).toBe("OK");
  expect(await cache.set("seen:${id}", "1", "EX", 60, "NX")).toBe(null);
  await cache.hset("state:${id}", { failures: "2", state: "open" });
  expect(await cache.hgetall("state:${id}")).toEqual({ failures: "2", state: "open" });
  expect(await cache.lrange("batch:${id}", 0, -1)).toEqual(["1", "2", "3"]);
});`;
}

/** Seven statements, one of them refused. */
function databaseTest(id: string): string {
  return `test("a camera takes its events along ${id}", async ({ db }) => {
  await db.sql\`insert into cameras (id, name, folder_path) values ('${id}', '${id}', '/export/${id}')\`;
  for (const score of [10, 50, 90])
    await db.sql\`insert into events (batch_id, camera_id, started_at, risk_score) values ('${id}', '${id}', now(), \${score})\`;
  await expect(
    db.sql\`insert into events (batch_id, camera_id, started_at, risk_score) values ('${id}', '${id}', now(), 101)\`,
  ).rejects.toThrow("events_risk_score_range");
  await db.sql\`delete from cameras where id = '${id}'\`;
  expect(await db.sql\`select id from events where camera_id = '${id}'\`).toEqual([]);
});`;
}

/** Five requests, four of them refused. */
function errorTest(id: string): string {
  return `test("what is wrong is said ${id}", async ({ api }) => {
  expect((await api.get("/api/cameras/no_${id}")).status).toBe(404);
  expect((await api.post("/api/cameras", { name: "" })).status).toBe(422);
  expect((await api.get("/api/events/not-a-number")).status).toBe(422);
  expect((await api.post("/api/cameras", { name: "${id}" })).status).toBe(201);
  expect((await api.post("/api/cameras", { name: "${id}" })).status).toBe(409);
});`;
}

/** Six statements and three requests. */
function pipelineTest(id: string): string {
  return `test("detections become a reviewed event ${id}", async ({ api, db }) => {
  await db.sql\`insert into cameras (id, name, folder_path) values ('${id}', '${id}', '/export/${id}')\`;
  for (const n of [1, 2, 3])
    await db.sql\`insert into detections (camera_id, file_path, detected_at, object_type, confidence)
      values ('${id}', \${"/export/${id}/" + n + ".jpg"}, now(), 'person', 0.9)\`;
  const event = await api.post("/api/events", { batch_id: "${id}", camera_id: "${id}", risk_score: 80 });
  expect(event.status).toBe(201);
  const reviewed = await api.patch("/api/events/" + event.body.id, { reviewed: true });
  expect(reviewed.body.reviewed).toBe(true);
  expect((await api.get("/api/events?camera_id=${id}&reviewed=true")).body.events).toHaveLength(1);
  expect(await db.sql\`select id from detections where camera_id = '${id}'\`).toHaveLength(3);
});`;
}

function repositoryTest(id: string): string {
  return `test("the repository finds what it wrote ${id}", async ({ db }) => {
  const cameras = cameraRepository(db.pool);
  const made = await cameras.create({ id: "${id}", name: "${id}", folder_path: "/export/${id}", status: "online" });
  expect((await cameras.find(made.id))?.name).toBe("${id}");
  await cameras.update(made.id, { status: "offline" });
  expect((await cameras.find(made.id))?.status).toBe("offline");
});`;
}
