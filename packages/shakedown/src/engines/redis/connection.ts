import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { encodeCommand, readReplies, type Reply } from "./resp.ts";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** Taken before host and port: faster on the same machine. */
  readonly socket?: string;
}

export type RedisCommand = readonly (string | number | Buffer)[];

/** Our own connection for control, so that nothing a test does to its client can be in the way. */
export interface RedisConnection extends Disposable {
  /** All commands in one round trip. An error among the replies is an `Error` value. */
  run(commands: readonly RedisCommand[]): Promise<readonly Reply[]>;
}

const answerLimitMs = 10_000;

/** Connects with the first commands, and again after the server was restarted. */
export function redisConnection(address: RedisAddress): RedisConnection {
  let open: Promise<OpenConnection> | undefined;

  async function connected(): Promise<OpenConnection> {
    const existing = await open?.catch(() => undefined);
    if (existing !== undefined && !existing.socket.destroyed) return existing;
    open = openConnection(address);
    return open;
  }

  return {
    async run(commands) {
      return (await connected()).run(commands);
    },
    [Symbol.dispose]() {
      void open?.then(
        ({ socket }) => socket.destroy(),
        () => undefined, // it never opened
      );
    },
  };
}

/** @throws the first error among the replies */
export function refuseErrors(replies: readonly Reply[]): readonly Reply[] {
  const error = replies.find((reply) => reply instanceof Error);
  if (error !== undefined) throw error;
  return replies;
}

export function parseRedisUrl(url: string): RedisAddress {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replaceAll(/[[\]]/g, ""),
    port: port === "" ? 6379 : Number(port),
    tls: protocol === "rediss:",
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    database: Number(pathname.slice(1)) || 0,
  };
}

interface OpenConnection {
  readonly socket: Socket;
  run(commands: readonly RedisCommand[]): Promise<readonly Reply[]>;
}

interface Batch {
  readonly wanted: number;
  readonly replies: Reply[];
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (error: Error) => void;
}

async function openConnection(address: RedisAddress): Promise<OpenConnection> {
  const socket = connectSocket(address);
  const batches: Batch[] = [];
  const fail = (error: Error): void => {
    socket.destroy();
    for (const { reject } of batches.splice(0)) reject(error);
  };
  const reader = readReplies((reply) => {
    const [batch] = batches;
    batch?.replies.push(reply);
    if (batch !== undefined && batch.replies.length === batch.wanted) {
      batches.shift();
      batch.resolve(batch.replies);
    }
    // An idle control connection must not keep the test's process alive.
    if (batches.length === 0) socket.unref();
  });
  socket.on("data", (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      fail(error as Error);
    }
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the Redis server closed the connection")));
  socket.setTimeout(answerLimitMs, () => {
    if (batches.length > 0)
      fail(new Error(`the Redis server did not answer in ${answerLimitMs} ms`));
  });

  function run(commands: readonly RedisCommand[]): Promise<readonly Reply[]> {
    if (commands.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      if (socket.destroyed) {
        reject(new Error("the Redis server closed the connection"));
        return;
      }
      socket.ref();
      batches.push({ wanted: commands.length, replies: [], resolve, reject });
      socket.write(Buffer.concat(commands.map(encodeCommand)));
    });
  }

  const { username, password, database } = address;
  const greeting: RedisCommand[] = [];
  if (password !== undefined)
    greeting.push(username === undefined ? ["AUTH", password] : ["AUTH", username, password]);
  if (database !== 0) greeting.push(["SELECT", database]);
  greeting.push(["PING"]);
  try {
    refuseErrors(await run(greeting));
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return { socket, run };
}

function connectSocket({ socket, host, port, tls }: RedisAddress): Socket {
  if (socket !== undefined) return connectTcp({ path: socket });
  return tls
    ? connectTls({ host, port, servername: host })
    : connectTcp({ host, port, noDelay: true });
}
