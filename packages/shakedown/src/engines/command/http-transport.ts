import type { Agent as HttpAgent } from "node:http";
import { Agent, request as requestHttp } from "../../kit/node-http.ts";
import { request as requestHttps } from "node:https";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";

export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  readonly signal: AbortSignal;
}

export interface RawResponse {
  readonly status: number;
  /** Names and values in turn, as they came: `Headers` would load all of Node's fetch, 17 ms in each worker. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
}

/** Carries one request: over the network, or to a handler in this process. */
export type HttpTransport = (request: SentRequest) => Promise<RawResponse>;

/** How long a request may go on after the test that sent it. */
const lateMs = 1000;

/** Keeps connections open between requests until it is disposed. `settle` waits for requests that nobody waits for. */
export function networkTransport(): { send: HttpTransport; settle(): Promise<void> } & Disposable {
  const agent = new Agent({ keepAlive: true });
  const sending = new Set<Promise<unknown>>();
  return {
    send: (sent) => {
      const answer = send(sent, agent);
      sending.add(answer);
      const forget = (): void => void sending.delete(answer);
      answer.finally(forget).catch(() => {}); // told to whoever sent it
      return answer;
    },
    async settle() {
      if (sending.size === 0) return;
      const late = new AbortController();
      await Promise.race([
        Promise.allSettled(sending),
        sleep(lateMs, undefined, { signal: late.signal }).catch(() => {}), // all were answered
      ]);
      late.abort();
      if (sending.size > 0) agent.destroy();
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

async function send(sent: SentRequest, agent: HttpAgent): Promise<RawResponse> {
  // What must not happen twice is never sent twice. Instead, a connection that the service has closed is noticed first:
  // one look at the network lets the agent drop it.
  if (sent.method === "POST" || sent.method === "PATCH") {
    await lookAtNetwork();
    return sendOnce(sent, agent);
  }
  try {
    return await sendOnce(sent, agent);
  } catch (error) {
    // The service closed an idle connection in the moment it was used again.
    if (isStale(error)) return sendOnce(sent, agent);
    throw error;
  }
}

async function lookAtNetwork(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

const reused = Symbol("reused connection");

function isStale(error: unknown): boolean {
  return (
    (error as NodeJS.ErrnoException).code === "ECONNRESET" &&
    (error as { [reused]?: boolean })[reused] === true
  );
}

function sendOnce(
  { method, url, headers, body, signal }: SentRequest,
  agent: HttpAgent,
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const isSecure = url.protocol === "https:";
    const sending = (isSecure ? requestHttps : requestHttp)(
      url,
      {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "content-length": body.length }),
        },
        signal,
        ...(isSecure ? { rejectUnauthorized: false } : { agent }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            rawHeaders: response.rawHeaders,
            bytes: Buffer.concat(chunks),
          });
        });
      },
    );
    sending.once("error", (error) =>
      reject(Object.assign(error, { [reused]: sending.reusedSocket })),
    );
    sending.end(body);
  });
}
