import { once } from "node:events";
import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../../src/kit/until.ts";
import type { PageApi } from "../../src/supervisor/page-api.ts";
import { openPageServer } from "../../src/supervisor/page-server.ts";

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function serve() {
  const folder = await mkdtemp(join(tmpdir(), "shakedown-page-"));
  const [runs, logFolder, file] = ["runs", "logs", "page.html"].map((name) => join(folder, name));
  if (runs === undefined || logFolder === undefined || file === undefined)
    throw new Error("no folder");
  await Promise.all([mkdir(runs), mkdir(logFolder)]);
  await writeFile(file, "<p>the page</p>");
  const acted: string[] = [];
  const api: PageApi = {
    runs,
    logFolder,
    status: async () => ({ pid: 1 }) as never,
    logs: async (query) => [{ service: query.service ?? "all", lines: ["password is hunter22"] }],
    act: async (service, action) => (acted.push(`${action} ${service}`), {}),
    secrets: async () => ["hunter22"],
  };
  const server = await openPageServer(api, { file });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  const { port, hash } = new URL(server.url);
  const bearer = { authorization: `Bearer ${hash.slice("#token=".length)}` };
  const open = async ({
    path,
    method = "GET",
    headers = bearer,
  }: Asked): Promise<IncomingMessage> => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      path,
      method,
      headers,
      agent: false,
    }).end();
    const [response] = (await once(outgoing, "response")) as [IncomingMessage];
    return response.setEncoding("utf8");
  };
  const ask = async (asked: Asked) => {
    const response = await open(asked);
    let body = "";
    for await (const chunk of response as AsyncIterable<string>) body += chunk;
    return { status: response.statusCode, body, headers: response.headers };
  };
  return { runs, logFolder, acted, port, bearer, open, ask };
}

test("the page itself needs no token, and may stand in no other page", async () => {
  const { ask } = await serve();
  const { status, body, headers } = await ask({ path: "/", headers: {} });
  expect({ status, body }).toEqual({ status: 200, body: "<p>the page</p>" });
  expect(headers).toMatchObject({
    "content-security-policy": "frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  expect(headers).not.toHaveProperty("access-control-allow-origin");
});

test("without the token, or with another one, everything else is refused", async () => {
  const { ask, acted, bearer } = await serve();
  const wrong = [
    {},
    { authorization: "Bearer wrong" },
    { authorization: `${bearer.authorization}x` },
  ];
  for (const headers of wrong) {
    for (const path of ["/api/status", "/api/events", "/api/logs", "/api/logs/follow"])
      expect(await ask({ path, headers })).toMatchObject({ status: 401 });
    expect(await ask({ path: "/api/services/db/stop", method: "POST", headers })).toMatchObject({
      status: 401,
    });
  }
  expect(acted).toEqual([]);
});

test("a name of somebody else's that points here is refused, token or not", async () => {
  const { ask, bearer, port } = await serve();
  for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1"]) {
    expect(await ask({ path: "/", headers: { host } })).toMatchObject({ status: 403 });
    expect(await ask({ path: "/api/status", headers: { ...bearer, host } })).toMatchObject({
      status: 403,
    });
  }
  expect(
    await ask({ path: "/api/status", headers: { ...bearer, host: `localhost:${port}` } }),
  ).toMatchObject({ status: 200 });
});

test("a path that is no URL ends in an answer, not in the supervisor", async () => {
  const { ask, port } = await serve();
  for (const path of ["//", "//[", "http://", "/\\[", "*"]) {
    expect(await ask({ path, headers: {} })).toMatchObject({ status: 404 });
    expect(await ask({ path, headers: { host: `evil.example:${port}` } })).toMatchObject({
      status: 403,
    });
  }
  expect((await ask({ path: "/api//[%" })).status).toBeGreaterThanOrEqual(400);
  expect((await ask({ path: "/api/services/%/stop", method: "POST" })).status).toBe(500);
  expect(await ask({ path: "/api/status" })).toMatchObject({ status: 200 });
});

test("a service is acted on by its name; what is no action is not there", async () => {
  const { ask, acted } = await serve();
  expect(await ask({ path: "/api/services/my%20db/restart", method: "POST" })).toMatchObject({
    status: 200,
    body: "{}",
  });
  expect(acted).toEqual(["restart my db"]);
  expect(
    (await ask({ path: "/api/services/db/drop", method: "POST" })).status,
  ).toBeGreaterThanOrEqual(400);
  expect((await ask({ path: "/api/services/db/stop" })).status).toBeGreaterThanOrEqual(400);
});

test("logs are told without secrets, also while they are followed", async () => {
  const { ask, open, logFolder } = await serve();
  expect((await ask({ path: "/api/logs?service=db" })).body).toBe(
    `{"logs":[{"service":"db","lines":["password is ***"]}]}`,
  );
  const log = join(logFolder, "db.slot1.log");
  await writeFile(log, "of before\n");
  const following = await open({ path: "/api/logs/follow?service=db" });
  let told = "";
  following.on("data", (text: string) => (told += text));
  let count = 0;
  await until(async () => {
    // Following begins with its first look, of which nothing tells.
    await appendFile(log, `line ${(count += 1)} hunter22\n`);
    return told.includes("***");
  });
  following.destroy();
  expect(told).toMatch(/^\{"service":"db","slot":1,"line":"line \d+ \*\*\*"\}\n/);
  expect(told).not.toMatch(/hunter22|of before/);
});

test("the events of the newest run come first, then what it says, then those of the next run", async () => {
  const { open, runs } = await serve();
  const begin = async (name: string, text: string): Promise<string> => {
    await mkdir(join(runs, name));
    const file = join(runs, name, "events.jsonl");
    await writeFile(file, text);
    return file;
  };
  const first = await begin("2026-11-21-0900-ffff", `{"run":1}\n{"half":`);
  const stream = await open({ path: "/api/events" });
  let told = "";
  stream.on("data", (text: string) => (told += text));
  await until(() => told === `{"run":1}\n`);
  await appendFile(first, `true}\n`);
  await until(() => told === `{"run":1}\n{"half":true}\n`);
  await begin("2026-11-21-0900-aaaa", `{"run":2}\n`);
  await until(() => told.endsWith(`{"run":2}\n`));
  expect(told).toBe(`{"run":1}\n{"half":true}\n{"run":2}\n`);
  stream.destroy();
});
