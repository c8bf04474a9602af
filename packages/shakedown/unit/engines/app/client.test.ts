import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { type AppOptions, app } from "../../../src/engines/app/service.ts";

const listener = (request: IncomingMessage, response: ServerResponse): void => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ path: request.url, database: process.env["APP_TEST_DATABASE"] }));
};
const fetchHandler = (request: Request): Response =>
  Response.json({ path: new URL(request.url).pathname });

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client[Symbol.asyncDispose]();
});

async function open(options: AppOptions) {
  const lease = { service: "api", engine: "app", per: "slot", outputs: {}, control: {} } as const;
  const client = await app(options).openClient(lease, {
    root: "/",
    references: { db: { url: "postgres://here/db", "ports.main": "5432" }, self: {} },
    restart: () => Promise.reject(new Error("not asked for")),
    pause: () => Promise.reject(new Error("not asked for")),
    logLines: async () => [],
    ci: false,
  });
  opened.push(client);
  return client;
}

describe("what a handler may give", () => {
  const forms: Readonly<Record<string, () => unknown>> = {
    "a request listener": () => listener,
    "a module with one as its default": async () => ({ default: listener }),
    "a server": () => createServer(listener),
    "a fetch handler": () => fetchHandler,
    "an object with fetch, as Hono is": () => ({ fetch: fetchHandler }),
    "a handler with its own close": () => ({ handler: listener, close: () => {} }),
    "an object with ready, server and close, as Fastify is": () => ({
      server: createServer(listener),
      ready: async () => {},
      close: async () => {},
    }),
  };

  test.each(Object.entries(forms))("%s", async (_, handler) => {
    const { handle } = await open({ handler });
    expect((await handle.get("/cameras")).body).toMatchObject({ path: "/cameras" });
  });

  test("nothing else: the error says what it gave and what it may give", async () => {
    await expect(open({ handler: () => ({ app: 1 }) })).rejects.toMatchObject({
      code: "TEST_SETUP",
      message: 'the handler of "api" gave an object with app, which is no application',
    });
  });
});

test("its environment holds references, and is gone with it", async () => {
  const client = await open({
    env: ({ db }) => ({ APP_TEST_DATABASE: db.url, APP_TEST_PORT: db.ports.main }),
    handler: ({ env, references }) => {
      expect([env["APP_TEST_PORT"], references["db"].url]).toEqual(["5432", "postgres://here/db"]);
      return listener;
    },
  });
  expect((await client.handle.get("/")).body).toMatchObject({ database: "postgres://here/db" });
  await client[Symbol.asyncDispose]();
  expect(process.env["APP_TEST_DATABASE"]).toBe(undefined);
});

test("a handler that throws leaves no environment behind", async () => {
  const handler = () => {
    throw new Error("no schema");
  };
  await expect(open({ env: { APP_TEST_DATABASE: "1" }, handler })).rejects.toThrow("no schema");
  expect(process.env["APP_TEST_DATABASE"]).toBe(undefined);
});

test("WebSockets connect to its own listener, and do not hold it open", async () => {
  const sockets = new WebSocketServer({ noServer: true });
  const client = await open({
    handler: () => ({
      handler: listener,
      upgrade: (request: IncomingMessage, socket: never, head: Buffer) =>
        sockets.handleUpgrade(request, socket, head, (connection) =>
          connection.send('{"hello":1}'),
        ),
    }),
  });
  const connection = await client.handle.connect("/live");
  expect(await connection.next()).toEqual({ hello: 1 });
  await client[Symbol.asyncDispose]();
  expect(await connection.closed).toMatchObject({ code: 1006 });
});

describe("after a reset", () => {
  test("it lives on, unless it is to be made again", async () => {
    let made = 0;
    const handler = () => {
      const number = (made += 1);
      return () => Response.json({ number });
    };
    const kept = await open({ handler });
    await kept.resume?.();
    expect((await kept.handle.get("/")).body).toEqual({ number: 1 });
    const remade = await open({ handler, onReset: "recreate" });
    const before = remade.handle.url;
    await remade.resume?.();
    expect((await remade.handle.get("/")).body).toEqual({ number: 3 });
    expect(remade.handle.url).not.toBe(before);
  });

  test("it is told where it asks for that", async () => {
    const told: unknown[] = [];
    const client = await open({
      env: { A_B_C: "1" },
      handler: () => listener,
      onReset: ({ env }) => told.push(env),
    });
    await client.resume?.();
    expect(told).toEqual([{ A_B_C: "1" }]);
  });
});
