import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Failed, openApi, Refused } from "../../src/live/api.ts";
import { followLog, type LiveLine } from "../../src/live/follow-log.ts";

const token = "for-this-test";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer) {
  const server = createServer((request, response) => {
    if (request.headers.authorization === `Bearer ${token}`) answer(request, response);
    else response.writeHead(401).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("a wrong token is told apart from all other trouble", async () => {
  await using server = await serve((_request, response) => response.end("{}"));
  await expect(openApi("wrong", server.url).get("/api/status")).rejects.toBeInstanceOf(Refused);
  expect(await openApi(token, server.url).get("/api/status")).toEqual({});
});

test("what the supervisor could not do is told with its hint", async () => {
  const error = { code: "SERVICE_STOP", message: "it would not end", hint: "Look at its log." };
  await using server = await serve((request, response) =>
    response.writeHead(request.method === "POST" ? 409 : 500).end(JSON.stringify({ error })),
  );
  const failed = await openApi(token, server.url)
    .post("/api/services/db/stop")
    .catch((thrown: unknown) => thrown);
  expect(failed).toBeInstanceOf(Failed);
  expect(failed).toMatchObject({ message: error.message, hint: error.hint });
});

test("lines come whole, however they were cut, and signs of life are no lines", async () => {
  await using server = await serve((_request, response) => {
    response.write('{"a":');
    setImmediate(() => response.write('1}\n\n{"b":"é'));
    setImmediate(() => response.end('"}\n'));
  });
  const lines: string[] = [];
  const { signal } = new AbortController();
  for await (const line of openApi(token, server.url).lines("/api/events", signal))
    lines.push(line);
  expect(lines).toEqual(['{"a":1}', '{"b":"é"}']);
});

test("a log begins with its end, goes on with what is new, and tells no line twice", async () => {
  const at = (second: number, text: string): string =>
    `2026-11-21T09:00:0${second}.000Z out ${text}`;
  await using server = await serve((request, response) => {
    if (request.url?.startsWith("/api/logs/follow") === true) {
      for (const line of [at(2, "both"), at(3, "new")])
        response.write(`${JSON.stringify({ service: "api", line })}\n`);
      return;
    }
    const logs = [
      { service: "db", lines: [at(1, "db first"), "  with more"] },
      { service: "api", slot: 0, lines: [at(0, "api first"), at(2, "both")] },
    ];
    response.end(JSON.stringify({ logs }));
  });
  const stop = new AbortController();
  const lines = await new Promise<readonly LiveLine[]>((resolve) => {
    void followLog(openApi(token, server.url), {
      service: "",
      signal: stop.signal,
      onLines: (all) => {
        if (all.some(({ line }) => line.endsWith("new"))) resolve(all);
      },
    });
  });
  stop.abort();
  expect(lines.map(({ line }) => line)).toEqual([
    at(0, "api first"),
    at(1, "db first"),
    "  with more",
    at(2, "both"),
    at(3, "new"),
  ]);
});
