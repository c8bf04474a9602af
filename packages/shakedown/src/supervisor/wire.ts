import type { ClientRequest, IncomingMessage } from "node:http";
import { fromWireError, ShakedownError, type WireError } from "../errors/shakedown-error.ts";
import { request } from "../kit/node-http.ts";

export interface WireRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: object;
}

/** True for an error that says that nobody listens on the socket. */
export function isNobodyThere(error: unknown): boolean {
  const code = (error as { readonly code?: string } | null)?.code;
  return code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}

export interface CallOptions {
  /** Without one, the answer may take as long as its work. */
  readonly limitMs?: number;
}

/** One JSON call over the supervisor's socket. Rejects with the supervisor's own error, or with the socket's. */
export async function call<Answer>(
  socket: string,
  wire: WireRequest,
  { limitMs }: CallOptions = {},
): Promise<Answer> {
  const { path } = wire;
  const { outgoing, answered } = open(socket, wire);
  let late: ShakedownError | undefined;
  const hangUp = (): void => {
    late = noAnswer(path, limitMs ?? 0);
    outgoing.destroy(late);
  };
  const limit = limitMs === undefined ? undefined : setTimeout(hangUp, limitMs);
  const chunks: Buffer[] = [];
  let response: IncomingMessage;
  try {
    response = await answered;
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(limit);
  }
  const answer = parse(Buffer.concat(chunks).toString("utf8"), path);
  if (response.statusCode !== 200) throw fromWireError(answer["error"] as WireError);
  return answer as Answer;
}

/** Opens a call whose answer is a stream of JSON lines; `end` hangs up. */
export async function callForLines(
  socket: string,
  wire: WireRequest,
): Promise<{ readonly lines: AsyncIterable<unknown>; readonly end: () => void }> {
  const { outgoing, answered } = open(socket, wire);
  const response = await answered;
  if (response.statusCode !== 200) {
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    throw fromWireError(
      parse(Buffer.concat(chunks).toString("utf8"), wire.path)["error"] as WireError,
    );
  }
  return { lines: jsonLines(response), end: () => outgoing.destroy() };
}

function open(
  socket: string,
  { method, path, body }: WireRequest,
): { readonly outgoing: ClientRequest; readonly answered: Promise<IncomingMessage> } {
  const outgoing = request({
    socketPath: socket,
    method,
    path,
    agent: false,
    headers: { "content-type": "application/json" },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", resolve);
  });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return { outgoing, answered };
}

/** It is there, or the socket would have refused us: stopped, out of memory, or in an endless loop. */
function noAnswer(path: string, limitMs: number): ShakedownError {
  return new ShakedownError(
    "SUPERVISOR_UNREACHABLE",
    `the supervisor is there, but did not answer ${path} within ${limitMs} ms`,
    { hint: "End it, with everything it runs: shakedown down" },
  );
}

async function* jsonLines(response: IncomingMessage): AsyncGenerator<unknown> {
  let rest = "";
  response.setEncoding("utf8");
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line);
    }
  } catch {
    // The supervisor died, or we hung up: the end of the lines says so.
  }
}

function parse(text: string, path: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new ShakedownError(
      "CONTROL_PROTOCOL",
      `the supervisor answered ${path} with something that is not JSON`,
      {
        details: { answer: text.slice(0, 200) },
        hint: "Run `shakedown down`, so that the next command starts a supervisor of its own version.",
        cause,
      },
    );
  }
}
