import type { WebSocket as Socket } from "ws";
import { ShakedownError } from "../../errors/shakedown-error.ts";
import { withinTest } from "../../kit/test-limit.ts";
import { type RequestOptions, toUrl } from "./http-client.ts";

export interface ConnectOptions extends Pick<RequestOptions, "query"> {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** For the handshake, and the default of `next`. @default 5000, or what is left of the test, if that is less */
  readonly timeoutMs?: number;
}

export interface NextOptions {
  readonly timeoutMs?: number;
}

// As with response bodies: the test's expectation is the type.
// oxlint-disable-next-line typescript/no-explicit-any
type Message = any;

/** One WebSocket connection. Messages are kept from the first on, so that none is lost between two calls of `next`. */
export interface WebSocketClient extends AsyncDisposable {
  /** Text and bytes as they are, anything else as JSON. */
  send(message: unknown): void;
  /**
   * Gives the first message not given yet (that `matches` accepts; those before it stay for later calls): parsed when it is JSON, else text or bytes.
   *
   * @throws ShakedownError `WAIT_TIMEOUT` with everything received, also as soon as the connection is closed
   */
  next<Value = Message>(
    matches?: (message: Message) => boolean,
    options?: NextOptions,
  ): Promise<Value>;
  /** Everything received so far. */
  readonly received: readonly Message[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly protocol: string;
  close(
    code?: number,
    reason?: string,
  ): Promise<{ readonly code: number; readonly reason: string }>;
}

export interface WebSocketTarget {
  /** The subject of messages: the service's name. */
  readonly title: string;
  /** Of the service, with http or ws. */
  readonly url: string;
  readonly logLines?: (sinceEpochMs: number, most: number) => Promise<readonly string[]>;
}

const defaultTimeoutMs = 5000;

/** Connects to a path of a service and waits until the connection is open. */
export async function connectWebSocket(
  target: WebSocketTarget,
  path: string,
  options: ConnectOptions = {},
): Promise<WebSocketClient> {
  const { WebSocket } = await import("ws");
  const { protocols = [], headers = {}, timeoutMs = withinTest(defaultTimeoutMs), query } = options;
  const url = toUrl(target.url, path, query);
  url.protocol = url.protocol.replace("http", "ws");
  const startedEpochMs = Date.now();
  const socket = new WebSocket(url, [...protocols], {
    headers,
    handshakeTimeout: timeoutMs,
    rejectUnauthorized: false,
  });
  // Listening starts before the connection is open: a greeting may come with the handshake.
  const client = clientOf(
    socket,
    `${target.title} ${url.pathname}`,
    () => options.timeoutMs ?? withinTest(defaultTimeoutMs),
  );
  await new Promise<void>((resolve, reject) => {
    let isTold = false;
    const fail = (cause: Error, status?: number): void => {
      if (isTold) return;
      isTold = true;
      const failure = { cause, startedEpochMs, ...(status === undefined ? {} : { status }) };
      void connectError(target, url, failure).then(reject);
    };
    socket.once("open", resolve);
    socket.once("error", fail);
    socket.once("unexpected-response", (_, { statusCode = 0 }) => {
      fail(new Error(`answered ${statusCode} instead of opening a WebSocket`), statusCode);
      socket.terminate();
    });
  });
  return client;
}

async function connectError(
  { title, logLines }: WebSocketTarget,
  url: URL,
  failure: { cause: Error; startedEpochMs: number; status?: number },
): Promise<ShakedownError> {
  // Without its log the failure is still told.
  const logTail = (await logLines?.(failure.startedEpochMs - 1000, 20).catch(() => [])) ?? [];
  const log =
    logTail.length === 0
      ? ""
      : `\nlast log lines of ${title}:\n${logTail.map((line) => `  ${line}`).join("\n")}`;
  return new ShakedownError(
    "REQUEST_FAILED",
    `WebSocket ${url.pathname} of ${title}: ${failure.cause.message}${log}`,
    {
      hint: `Read its log: shakedown logs ${title}`,
      details: {
        url: url.href,
        ...(failure.status === undefined ? {} : { status: failure.status }),
        logTail,
      },
      cause: failure.cause,
    },
  );
}

function clientOf(socket: Socket, title: string, defaultNextMs: () => number): WebSocketClient {
  const received: Message[] = [];
  const waiting: Message[] = [];
  const wakers = new Set<() => void>();
  let end: { code: number; reason: string } | undefined;
  const wake = (): void => {
    for (const waker of wakers) waker();
  };

  socket.on("message", (data: Buffer, isBinary: boolean) => {
    const message: Message = isBinary ? data : parse(data.toString("utf8"));
    received.push(message);
    waiting.push(message);
    wake();
  });
  // A close always follows and says what is of interest.
  socket.on("error", () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => {
      end = { code, reason: reason.toString("utf8") };
      resolve(end);
      wake();
    });
  });

  function next<Value>(
    matches: (message: Message) => boolean = () => true,
    { timeoutMs = defaultNextMs() }: NextOptions = {},
  ): Promise<Value> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        wakers.delete(look);
        clearTimeout(timer);
        act();
      };
      const fail = (what: string): void =>
        settle(() => reject(nextError(`${title}: ${what}`, received)));
      const look = (): void => {
        let at: number;
        try {
          at = waiting.findIndex((message) => matches(message));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
          return;
        }
        if (at !== -1) settle(() => resolve(waiting.splice(at, 1)[0] as Value));
        else if (end !== undefined)
          fail(
            `closed with ${end.code}${end.reason === "" ? "" : ` ${end.reason}`} before such a message came`,
          );
      };
      const timer = setTimeout(() => fail(`no such message after ${timeoutMs} ms`), timeoutMs);
      wakers.add(look);
      look();
    });
  }

  async function close(code = 1000, reason = ""): Promise<{ code: number; reason: string }> {
    if (socket.readyState === socket.OPEN) socket.close(code, reason);
    // A service that does not answer the close must not hold up the end of a test.
    const impatience = setTimeout(() => socket.terminate(), 1000);
    try {
      return await closed;
    } finally {
      clearTimeout(impatience);
    }
  }

  return {
    send(message) {
      if (end !== undefined) {
        throw new ShakedownError(
          "REQUEST_FAILED",
          `${title}: nothing can be sent, the connection closed with ${end.code}`,
        );
      }
      const asIs =
        typeof message === "string" ||
        message instanceof ArrayBuffer ||
        ArrayBuffer.isView(message);
      socket.send(asIs ? (message as string | Buffer) : JSON.stringify(message));
    },
    next,
    received,
    closed,
    get protocol() {
      return socket.protocol;
    },
    close,
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}

function nextError(message: string, received: readonly Message[]): ShakedownError {
  const shown = received
    .slice(-20)
    .map((item): string =>
      Buffer.isBuffer(item) ? `<${item.length} bytes>` : JSON.stringify(item),
    );
  const list =
    shown.length === 0
      ? "nothing was received"
      : `received (${received.length}):\n${shown.map((line) => `  ${line}`).join("\n")}`;
  return new ShakedownError("WAIT_TIMEOUT", `${message}; ${list}`, {
    details: { received: shown },
  });
}

function parse(text: string): Message {
  try {
    return JSON.parse(text);
  } catch {
    // Plain text is a message too.
    return text;
  }
}
