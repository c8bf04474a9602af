import { chmodSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { errorCodes } from "../errors/codes.ts";
import { type JsonValue, ShakedownError, toWireError } from "../errors/shakedown-error.ts";
import { createServer } from "../kit/node-http.ts";
import { diagnosed } from "./diagnosed.ts";

/** A JSON answer, or a stream that the handler writes itself (then it returns nothing). */
export type Answer = object | undefined;

export interface Call {
  /** The parts of the path that stand at `:name` in the route. */
  readonly at: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: JsonValue;
  readonly response: ServerResponse;
}

export type Routes = Readonly<Record<string, (call: Call) => Promise<Answer> | Answer>>;

const mostBodyBytes = 32 * 1024 * 1024;

/**
 * A JSON server on a Unix socket with a fixed table of routes: `"POST /sessions/:session/slots"`.
 *
 * Written on node:http: a framework with its adapter takes 48 ms to load and 20 MB, a quarter of the whole start.
 */
export async function listenJson(socket: string, routes: Routes): Promise<Server> {
  const table = Object.entries(routes).map(([route, handle]) => {
    const [method = "", path = ""] = route.split(" ");
    return { method, parts: path.split("/"), handle };
  });
  const server = createServer((request, response) => {
    void answer(request, response, table);
  });
  // Sessions are requests that last as long as a run; idle clients are watched by their process, not by time.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  chmodSync(socket, 0o600);
  return server;
}

interface Row {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handle: (call: Call) => Promise<Answer> | Answer;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  table: readonly Row[],
): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://supervisor");
    const found = match(request.method ?? "GET", url.pathname.split("/"), table);
    if (found === undefined) {
      throw new ShakedownError(
        "CONTROL_PROTOCOL",
        `the supervisor has no ${request.method} ${url.pathname}`,
        {
          hint: "Run `shakedown down`, so that the next command starts a supervisor of its own version.",
        },
      );
    }
    const result = await found.handle({
      at: found.at,
      query: url.searchParams,
      body: await readBody(request),
      response,
    });
    if (result !== undefined) send(response, 200, result);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const wire = toWireError(await diagnosed(error));
    send(response, errorCodes[wire.code].httpStatus, { error: wire });
  }
}

function match(
  method: string,
  parts: readonly string[],
  table: readonly Row[],
): (Row & Pick<Call, "at">) | undefined {
  for (const row of table) {
    if (row.method !== method || row.parts.length !== parts.length) continue;
    if (!row.parts.every((part, index) => part.startsWith(":") || part === parts[index])) continue;
    const named = row.parts.flatMap((part, index) =>
      part.startsWith(":") ? [[part.slice(1), decoded(parts[index] ?? "")]] : [],
    );
    return { ...row, at: Object.fromEntries(named) as Record<string, string> };
  }
  return undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new ShakedownError("CONTROL_PROTOCOL", `a path with a broken escape: ${part}`, { cause });
  }
}

async function readBody(request: IncomingMessage): Promise<JsonValue> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes)
      throw new ShakedownError("CONTROL_PROTOCOL", `a request of more than ${mostBodyBytes} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return null;
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as JsonValue;
  } catch (cause) {
    throw new ShakedownError("CONTROL_PROTOCOL", "a request whose body is not JSON", { cause });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
