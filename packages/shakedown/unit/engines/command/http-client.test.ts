import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { httpClient } from "../../../src/engines/command/http-client.ts";
import { networkTransport } from "../../../src/engines/command/http-transport.ts";

async function serve(listener: RequestListener, path = "") {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const transport = networkTransport();
  const { port } = server.address() as AddressInfo;
  const client = httpClient({
    title: "api",
    url: () => `http://127.0.0.1:${port}${path}`,
    transport: transport.send,
    logLines: async () => ["12:00 out it broke"],
  });
  return {
    client,
    server,
    async [Symbol.asyncDispose]() {
      transport[Symbol.dispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.once("end", () => {
    const { method, url, headers } = request;
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      "set-cookie": ["a=1", "b=2"],
    });
    response.end(
      JSON.stringify({
        method,
        url,
        type: headers["content-type"],
        token: headers["authorization"],
        body: Buffer.concat(chunks).toString(),
      }),
    );
  });
};

test("objects go and come as JSON, other bodies as they are", async () => {
  await using api = await serve(echo, "/v1/");
  const created = await api.client.post(
    "/cameras",
    { id: "front" },
    { query: { dry: true, skip: undefined } },
  );
  expect(created.body).toEqual({
    method: "POST",
    url: "/v1/cameras?dry=true",
    type: "application/json",
    body: '{"id":"front"}',
  });
  expect(created.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect((await api.client.put("x", "plain")).body).toMatchObject({
    method: "PUT",
    body: "plain",
    type: "text/plain;charset=UTF-8",
  });
  expect((await api.client.patch("x", new URLSearchParams({ a: "1" }))).body).toMatchObject({
    method: "PATCH",
    body: "a=1",
  });
  expect((await api.client.delete("x")).body).toMatchObject({ method: "DELETE", body: "" });
  expect((await api.client.get("x", { headers: { "content-type": "a/b" } })).body).toMatchObject({
    type: "a/b",
  });
  expect((await api.client.with({ authorization: "Bearer t" }).get("x")).body).toMatchObject({
    token: "Bearer t",
  });
});

test("every status is an answer; expectStatus shows body and log when it is another one", async () => {
  await using api = await serve((_, response) => void response.writeHead(500).end("no such table"));
  const response = await api.client.get("/users");
  expect(response).toMatchObject({ status: 500, body: "no such table" });
  await expect(response.expectStatus(200, 404)).rejects.toMatchObject({
    code: "REQUEST_FAILED",
    message:
      "GET /users to api answered 500, expected 200 or 404: no such table\nlast log lines of api:\n  12:00 out it broke",
  });
  expect(await response.expectStatus(500)).toBe(response);
});

test("a body that claims to be JSON and is not arrives as text", async () => {
  await using api = await serve(
    (_, response) => void response.setHeader("content-type", "application/json").end("{oops"),
  );
  const response = await api.client.get("/");
  expect(response.body).toBe("{oops");
  expect(() => response.json()).toThrow(SyntaxError);
});

test("no answer in time, and nobody there, are told with the service's log", async () => {
  const api = await serve(() => undefined);
  await expect(api.client.get("/slow", { timeoutMs: 50 })).rejects.toMatchObject({
    code: "REQUEST_FAILED",
    message: expect.stringMatching(
      /^GET \/slow to api was not answered after 50 ms\n.*api:\n {2}12:00 out it broke$/,
    ),
  });
  await api[Symbol.asyncDispose]();
  await expect(api.client.get("/gone")).rejects.toMatchObject({
    message: /was refused: nothing listens there/,
  });
});

test("a connection that the service closed while it was idle is not a failure", async () => {
  await using api = await serve((request, response) => {
    response.end("ok");
    if (request.url === "/last") request.socket.resetAndDestroy();
  });
  await api.client.get("/");
  api.server.closeIdleConnections();
  expect((await api.client.post("/", { a: 1 })).text).toBe("ok");
});

test("a POST whose connection breaks after it arrived is not sent a second time", async () => {
  let arrived = 0;
  await using api = await serve((request, response) => {
    if (request.method === "GET") return void response.end("ok");
    arrived += 1;
    request.socket.resetAndDestroy();
  });
  await api.client.get("/");
  await expect(api.client.post("/", { a: 1 })).rejects.toMatchObject({ code: "REQUEST_FAILED" });
  expect(arrived).toBe(1);
});

test("a request with JSON does not load all of Node's fetch into the worker", async () => {
  await using api = await serve(echo);
  const source = (file: string): string =>
    JSON.stringify(new URL(`../../../src/engines/command/${file}.ts`, import.meta.url).href);
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--input-type=module",
    "-e",
    `import { httpClient } from ${source("http-client")};
    import { networkTransport } from ${source("http-transport")};
    const transport = networkTransport();
    const url = () => ${JSON.stringify(api.client.url)};
    const client = httpClient({ title: "api", url, transport: transport.send });
    const { body } = await client.post("/", { name: "front" }, { headers: { "X-Api-Key": "k" } });
    transport[Symbol.dispose]();
    const fetch = process.moduleLoadList.filter((name) => /deps.undici.undici/.test(name));
    console.log(JSON.stringify({ sent: body.body, fetch }));`,
  ]);
  expect(JSON.parse(stdout)).toEqual({ sent: '{"name":"front"}', fetch: [] });
});
