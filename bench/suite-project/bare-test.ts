// What a team writes by hand: the same names as Shakedown's fixtures, over the servers of this worker; nothing is taken back.
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, inject, test as base } from "vitest";
import { WebSocket } from "ws";

const server = inject("servers")[Number(process.env["VITEST_POOL_ID"]) - 1];
if (server === undefined) throw new Error("no servers for this worker");
const { apiUrl, databaseUrl, redisUrl } = server;

const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 });
const cache = new Redis(redisUrl, { lazyConnect: true });
afterAll(async () => {
  cache.disconnect();
  await pool.end();
});

const api = {
  get: (path: string) => call("GET", path),
  post: (path: string, body: object) => call("POST", path, body),
  patch: (path: string, body: object) => call("PATCH", path, body),
  delete: (path: string) => call("DELETE", path),
  connect,
};

const db = {
  pool,
  sql: async (strings: TemplateStringsArray, ...values: readonly unknown[]) => {
    const text = strings.reduce((all, part, index) => `${all}$${index}${part}`);
    return (await pool.query(text, [...values])).rows;
  },
};

export const test = base.extend({ api, db, cache });

async function call(method: string, path: string, body?: object) {
  const response = await fetch(apiUrl + path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? text : JSON.parse(text) };
}

interface Message {
  readonly type: string;
  readonly data?: { readonly name?: string };
}

async function connect(path: string) {
  const socket = new WebSocket(apiUrl.replace("http", "ws") + path);
  const received: Message[] = [];
  let look = (): void => {};
  socket.on("message", (data: Buffer) => {
    received.push(JSON.parse(data.toString()) as Message);
    look();
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return {
    send: (message: object) => socket.send(JSON.stringify(message)),
    next: (isWanted: (message: Message) => boolean) =>
      new Promise<Message>((resolve) => {
        look = () => {
          const at = received.findIndex(isWanted);
          if (at !== -1) resolve(received.splice(0, at + 1).at(-1) as Message);
        };
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        socket.once("close", resolve);
        socket.close();
      }),
  };
}
